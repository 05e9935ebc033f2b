//! What libraries write when nobody answers, answers too late, or the worker is killed.

use super::super::words::says;

/// Nobody was there to answer.
pub(super) const UNREACHABLE: &[&str] = &[
    "connection refused",
    "connectionrefused",
    "connection_refused",
    "econnrefused",
    "connection reset",
    "connectionreset",
    "econnreset",
    "connection closed",
    "connection was closed",
    "connection is closed",
    "connectionforced",
    "connection aborted",
    "connectiondoesnotexist",
    "connection unexpectedly closed",
    "broken pipe",
    "brokenpipe",
    "socket closed",
    "eof detected",
    "network is unreachable",
    "no route to host",
    "name or service not known",
    "name_not_resolved",
    "name resolution",
    "no address associated with hostname",
    "could not translate host name",
    "unknownhost",
    "enotfound",
    "connecterror",
    "connectionerror",
    "connectorerror",
    "error connecting to",
    "could not connect to",
    "cannot connect to",
    "failed to connect to",
    "connection attempts failed",
    "statuscode.unavailable",
    "server disconnected",
    "serverdisconnected",
    "closed the connection",
    "certificate verify failed",
    "sslcertverification",
];

/// The work was stopped for taking too long.
pub(super) fn is_time_limit(text: &str) -> bool {
    says(
        text,
        &["timelimitexceeded", "time limit exceeded", "exceeded maximum timeout", "jobtimeoutexception"],
    ) || (says(text, &["time limit"]) && says(text, &["exceeded", "reached"]))
}

/// Somebody took too long.
pub(super) const TIMEOUT: &[&str] =
    &["timed out", "timeout", "time out", "deadline exceeded", "deadline_exceeded", "etimedout"];

/// Settings that speak of a timeout without one.
pub(super) const NO_TIMEOUT: &[&str] =
    &["timeout must", "invalid timeout", "invalid value for timeout", "timeout should", "argument 'timeout'"];

/// The worker was killed, or died.
pub(super) const KILLED: &[&str] = &[
    "sigkill",
    "signal 9",
    "sigsegv",
    "signal 11",
    "sigabrt",
    "exit code 137",
    "exitcode 137",
    "exited with code 137",
    "exit status 137",
    "workerlost",
    "worker_lost",
    "worker lost",
    "worker exited prematurely",
    "killed process",
    "brokenprocesspool",
    "terminated abruptly",
];
