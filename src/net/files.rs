//! The app's own files: the configuration, the system file and the sample, as the page's server holds them.

use std::sync::Arc;

use domain::warning::Warning;
use js_sys::{Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use system::Deployment;
use system::config::Config;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::state::{FaultyFile, Setup, SetupError};

const CONFIG_PATH: &str = "config.json";

/// Loads the configuration and the system that the view asks for, from what the boot script has fetched already.
///
/// # Errors
/// When one of them cannot be fetched or read.
pub async fn load_setup(asked_system: Option<&str>) -> Result<Setup, SetupError> {
    let text = match booted("config").await {
        Some(text) => text,
        None => fetch_text(CONFIG_PATH).await?,
    };
    let (config, mut warnings) = system::config::read(&text)
        .ok_or_else(|| mistakes_in(CONFIG_PATH, FaultyFile::Config(text.clone())))?;
    let (name, warning) = choose_system(&config, asked_system)?;
    warnings.extend(warning);
    let text = match booted("system").await {
        Some(text) => text,
        None => fetch_text(&Config::system_path(&name)).await?,
    };
    let (setup, more) = setup(Arc::new(config), &name, text)?;
    warnings.extend(more);
    Ok(Setup { warnings, ..setup })
}

/// Loads another system file of the configuration into a setup.
///
/// # Errors
/// When it cannot be fetched or read.
pub async fn load_system(setup: &Setup, asked: Option<&str>) -> Result<Setup, SetupError> {
    let (name, warning) = choose_system(&setup.config, asked)?;
    let text = fetch_text(&Config::system_path(&name)).await?;
    let (setup, mut warnings) = self::setup(setup.config.clone(), &name, text)?;
    warnings.extend(warning);
    Ok(Setup { warnings, ..setup })
}

/// A configuration with a system that was read from its file, and what is odd in that.
fn setup(config: Arc<Config>, name: &str, text: String) -> Result<(Setup, Vec<Warning>), SetupError> {
    let Deployment { system, sources, warnings } = read_system(name, &text)?;
    let sources = config.sources.or(&sources);
    let (system, system_file) = (Arc::new(system), text.into());
    Ok((Setup { config, system, sources, system_file, warnings: Vec::new() }, warnings))
}

/// Reads a system file.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read_system(name: &str, text: &str) -> Result<Deployment, SetupError> {
    let path = Config::system_path(name);
    system::read(text).ok_or_else(|| mistakes_in(&path, FaultyFile::System(text.to_owned())))
}

/// Fetches a file of the page's server as bytes.
///
/// # Errors
/// When it is not there.
pub(super) async fn fetch_bytes(path: &str) -> Result<Vec<u8>, SetupError> {
    let response = fetch(path).await?;
    let buffer = response.array_buffer().map_err(|it| not_there(path, &it))?;
    let buffer = JsFuture::from(buffer).await.map_err(|it| not_there(path, &it))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

async fn fetch_text(path: &str) -> Result<String, SetupError> {
    let bytes = fetch_bytes(path).await?;
    String::from_utf8(bytes).map_err(|_| SetupError::new(format!("{path} is not text"), "Save it as UTF-8."))
}

async fn fetch(path: &str) -> Result<Response, SetupError> {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let address = web_sys::Url::new_with_base(path, &base).map_err(|it| not_there(path, &it))?.href();
    let response =
        JsFuture::from(window().fetch_with_str(&address)).await.map_err(|it| not_there(path, &it))?;
    let response: Response = response.unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(not_there(path, &format!("HTTP {}", response.status()).into()))
    }
}

fn not_there(path: &str, cause: &JsValue) -> SetupError {
    let mut error = SetupError::new(
        format!("{path} cannot be fetched"),
        "Put it beside index.html; deploy/ and docs/ show how it is written.",
    );
    let words = cause.as_string().or_else(|| cause.dyn_ref::<js_sys::Error>().map(|it| it.message().into()));
    error.causes.extend(words);
    error
}

fn mistakes_in(path: &str, file: FaultyFile) -> SetupError {
    let error = SetupError::new(format!("{path} has mistakes"), "Mend them there, then reload this page.");
    SetupError { faulty: Some(file), ..error }
}

/// The system that is asked for, where the configuration lists it, else its first.
fn choose_system(config: &Config, asked: Option<&str>) -> Result<(String, Option<Warning>), SetupError> {
    let Some(first) = config.systems.first() else {
        return Err(SetupError::new(
            format!("{CONFIG_PATH} lists no system"),
            "Name a file of systems/ in its “systems”.",
        ));
    };
    match asked {
        Some(asked) if config.systems.iter().any(|it| it == asked) => Ok((asked.to_owned(), None)),
        Some(asked) => {
            let text = format!("no system is called “{asked}”; this is {first}");
            Ok((first.clone(), Some(Warning::new("the address", text))))
        }
        None => Ok((first.clone(), None)),
    }
}

/// A text that the boot script has asked for; `None` where it has not, or could not have it.
async fn booted(name: &str) -> Option<String> {
    let boot = Reflect::get(&js_sys::global(), &"jobscopeBoot".into()).ok().filter(JsValue::is_object)?;
    let promise: Promise = Reflect::get(&boot, &name.into()).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.as_string()
}
