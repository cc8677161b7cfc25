//! The switches at work, before a request is looked at and when its reply is ready. The few that concern what is stored or which token
//! is given are asked for where that is done.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;

use crate::auth;
use crate::reply::{self, Cut, Part, Reply, ReplyBody};
use crate::request::{BodyEnd, Request};
use crate::service::Shared;
use crate::switches::Switch;

/// The reply that a switch gives instead of the honest one, if any does.
pub(crate) async fn before(shared: &Shared, request: &mut Request, switches: &[Switch]) -> Result<Option<Reply>, Cut> {
    // Where the body ends is known before anything reads it.
    for switch in switches {
        match switch {
            Switch::ResetAfterRequest(bytes) => request.end = Some(BodyEnd::Reset(*bytes)),
            Switch::StallAfterRequest(bytes) => request.end = Some(BodyEnd::Stall(*bytes)),
            Switch::WaitFor(step) => shared.work_of(*step).await,
            _ => {}
        }
    }
    request.end_if_due().await?;
    for switch in switches {
        if let Some(reply) = instead(shared, request, switch, switches) {
            if !matches!(switch, Switch::EarlyStatus(_)) {
                request.drain().await?;
            }
            if let Switch::Raw(bytes) = switch {
                request.control.raw(bytes.clone());
            }
            return Ok(Some(reply));
        }
    }
    if request.end.is_some() {
        // A step that reads no body must end all the same.
        if request.declared_length() == Some(0) {
            request.end = Some(match request.end {
                Some(BodyEnd::Stall(_)) => BodyEnd::Stall(0),
                _ => BodyEnd::Reset(0),
            });
            request.end_if_due().await?;
        }
    }
    Ok(None)
}

fn instead(shared: &Shared, request: &Request, switch: &Switch, switches: &[Switch]) -> Option<Reply> {
    let reply = match switch {
        Switch::Status(status) => plain_error(*status),
        Switch::EarlyStatus(status) => {
            let mut reply = plain_error(*status);
            reply::set(&mut reply, "connection", "close");
            reply
        }
        Switch::Reply { status, headers, body } => {
            let mut reply = reply::empty(code(*status));
            *reply.body_mut() = ReplyBody::full(body.clone());
            for (name, value) in headers {
                reply::set(&mut reply, name, value);
            }
            reply
        }
        Switch::HtmlEcho { status, size } => reply::with_body(code(*status), "text/html", html_echo(request, *size)),
        Switch::Raw(_) => {
            let mut reply = reply::empty(StatusCode::OK);
            reply::set(&mut reply, "connection", "close");
            reply
        }
        Switch::Redirect { status, origin } => {
            let mut reply = reply::empty(code(*status));
            let target = request.parts.uri.path_and_query().map_or("/", |both| both.as_str());
            reply::set(&mut reply, "location", &format!("{origin}{target}"));
            reply
        }
        Switch::Challenge(challenge) => {
            let mut reply = reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required", "");
            reply::set(&mut reply, "www-authenticate", challenge);
            reply
        }
        Switch::Unauthorized => auth::challenge(shared, request, switches),
        _ => return None,
    };
    Some(reply)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn plain_error(status: u16) -> Reply {
    let name = match status {
        401 => "UNAUTHORIZED",
        403 => "DENIED",
        404 => "NAME_UNKNOWN",
        429 => "TOOMANYREQUESTS",
        _ => "UNKNOWN",
    };
    reply::error(code(status), name, "a switch of the test registry", "")
}

/// A page that repeats what it must not: the credentials as sent, and decoded.
fn html_echo(request: &Request, size: usize) -> Vec<u8> {
    let sent = request.header("authorization").unwrap_or("(none)");
    let decoded = sent.strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded).ok()).unwrap_or_default();
    let line = format!("<p>Authorization: {sent} {}</p>\n", String::from_utf8_lossy(&decoded));
    let mut page = b"<!DOCTYPE html>\n<html><body>\n".to_vec();
    while page.len() < size {
        page.extend_from_slice(line.as_bytes());
    }
    page
}

/// The reply after the switches that spoil an honest one.
pub(crate) fn after(mut reply: Reply, switches: &[Switch]) -> Reply {
    for switch in switches {
        match switch {
            Switch::Answer(status) if reply.status().is_success() => *reply.status_mut() = code(*status),
            Switch::Header(name, value) => reply::set(&mut reply, name, value),
            Switch::WithoutHeader(name) => {
                reply.headers_mut().remove(*name);
            }
            Switch::Body(bytes) => *reply.body_mut() = ReplyBody::full(bytes.clone()),
            Switch::EndlessBody => *reply.body_mut() = ReplyBody::scripted([Part::Forever(filler())], None),
            Switch::GiganticBody(length) => {
                *reply.body_mut() = ReplyBody::scripted([Part::Forever(filler())], Some(*length));
            }
            Switch::CutReplyAfter(bytes) => shorten(&mut reply, *bytes, Part::Cut),
            Switch::StallReplyAfter(bytes) => shorten(&mut reply, *bytes, Part::Stall),
            Switch::Drip(pause) => {
                let bytes = reply.body().bytes();
                let length = bytes.len() as u64;
                *reply.body_mut() = ReplyBody::scripted([Part::Drip(bytes, *pause)], Some(length));
            }
            _ => {}
        }
    }
    reply
}

fn filler() -> Bytes {
    // White space is valid at the start of any JSON text, so a parser cannot give up early.
    Bytes::from_static(&[b' '; 16 << 10])
}

/// Keeps the declared length, but ends after `bytes`.
fn shorten(reply: &mut Reply, bytes: u64, end: Part) {
    let whole = reply.body().bytes();
    let length = whole.len() as u64;
    let kept = whole.slice(..usize::try_from(bytes).unwrap_or(usize::MAX).min(whole.len()));
    // An empty body would end before its end is reached.
    let length = length.max(kept.len() as u64 + 1);
    *reply.body_mut() = ReplyBody::scripted([Part::Bytes(kept), end], Some(length));
}
