//! Traces read from a file of the person's, and saved into one, without holding the page up.

use backends::tempo::{OtlpJson, TraceFile, TraceFileError};
use domain::trace::Trace;
use domain::warning::Warning;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Response};

use super::gzip;
use super::live::fetch::read_body;
use super::recordings::offer;
use super::turns::Turns;

/// Bytes of an unpacked file that are read between two looks at the clock.
const CHUNK: usize = 64 * 1024;

/// Why a file brought no traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTrouble {
    /// What was wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence.
    pub next_step: String,
}

impl From<TraceFileError> for FileTrouble {
    fn from(error: TraceFileError) -> Self {
        Self { what: error.to_string(), next_step: error.next_step().to_owned() }
    }
}

/// Reads a file of OTLP or Jaeger JSON, packed by gzip or not.
///
/// # Errors
/// When it cannot be read, or holds no traces.
pub async fn read_trace_file(file: &File) -> Result<(Vec<Trace>, Vec<Warning>), FileTrouble> {
    let mut traces = TraceFile::default();
    let unreadable = |_: JsValue| FileTrouble {
        what: "The browser could not read the file".to_owned(),
        next_step: "Choose it again; it may have been moved.".to_owned(),
    };
    let head = file.slice_with_i32_and_i32(0, 2).map_err(unreadable)?;
    let head = JsFuture::from(head.array_buffer()).await.map_err(unreadable)?;
    if Uint8Array::new(&head).to_vec() == [0x1f, 0x8b] {
        let packed = JsFuture::from(file.array_buffer()).await.map_err(unreadable)?;
        let bytes = gzip::unpack(Uint8Array::new(&packed).to_vec()).await.map_err(|words| FileTrouble {
            what: format!("The file is cut short or spoilt ({words})"),
            next_step: "Get the whole file.".to_owned(),
        })?;
        let mut turns = Turns::begin();
        for chunk in bytes.chunks(CHUNK) {
            traces.push(chunk);
            turns.give().await;
        }
    } else {
        let response = Response::new_with_opt_blob(Some(file)).map_err(unreadable)?;
        read_body(&response, &mut |chunk| traces.push(&chunk)).await.map_err(unreadable)?;
    }
    Ok(traces.finish()?)
}

/// Offers traces to the person as a file of OTLP JSON; false where the browser forbids it.
pub async fn save_trace_file(name: &str, traces: &[Trace]) -> bool {
    let parts = Array::new();
    let mut turns = Turns::begin();
    for piece in OtlpJson::of(traces) {
        parts.push(&JsValue::from_str(&piece));
        turns.give().await;
    }
    offer(name, "application/json", &parts).is_ok()
}
