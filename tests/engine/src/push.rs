//! `POST /images/NAME/push`.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use tokio::sync::mpsc;

use crate::credentials::Credentials;
use crate::credentials::RegistryAuth;
use crate::image::{Blob, BuiltImage};
use crate::reply::{self, Reply};
use crate::route::query_value;
use crate::service::{Request, Shared};
use crate::store::{familiar, host_and_path};
use crate::stream::{Ended, Stream};
use crate::switches::{Position, Switch, real_error_line};
use crate::upload::Uploader;

/// Starts the stream; the push goes on as long as the client reads it.
pub(crate) fn start(shared: &Arc<Shared>, request: &Request, name: &str, switches: &[Switch]) -> Reply {
    if request.registry_auth == RegistryAuth::Missing {
        return reply::error(StatusCode::BAD_REQUEST, "Bad parameters and missing X-Registry-Auth: EOF");
    }
    let (sender, receiver) = mpsc::channel(16);
    let push = Push {
        shared: Arc::clone(shared),
        repository: name.to_owned(),
        tag: query_value(&request.query, "tag").filter(|tag| !tag.is_empty()),
        credentials: request.registry_auth.credentials(),
        switches: switches.to_vec(),
        stream: Stream::new(sender, switches),
    };
    tokio::spawn(push.run());
    reply::stream(receiver)
}

struct Push {
    shared: Arc<Shared>,
    repository: String,
    tag: Option<String>,
    credentials: Credentials,
    switches: Vec<Switch>,
    stream: Stream,
}

impl Push {
    async fn run(mut self) {
        if self.has(|switch| matches!(switch, Switch::SayNothing)) {
            return;
        }
        // The client went away: nobody is left to tell.
        let _ = self.say_and_do().await;
    }

    fn has(&self, wanted: fn(&Switch) -> bool) -> bool {
        self.switches.iter().any(wanted)
    }

    async fn say_and_do(&mut self) -> Result<(), Ended> {
        let shown = self.shown_repository();
        self.stream.value(&json!({ "status": format!("The push refers to repository [{shown}]") })).await?;
        self.error_at(Position::First).await?;
        let tags = match self.tags(&shown) {
            Ok(tags) => tags,
            Err(message) => return self.fail(&message).await,
        };
        for (tag, image_id) in tags {
            self.push_one(&tag, &image_id).await?;
        }
        Ok(())
    }

    /// The repository as the daemon says it: with the host, always.
    fn shown_repository(&self) -> String {
        let (host, path) = host_and_path(&self.repository);
        format!("{host}/{path}")
    }

    /// The tags to push with the IDs of their images: the one that was asked for, or every one that there is.
    fn tags(&self, shown: &str) -> Result<Vec<(String, String)>, String> {
        let store = self.shared.store();
        let prefix = format!("{}:", familiar(&self.repository));
        let all: Vec<(String, String)> = store
            .tags
            .iter()
            .filter_map(|(name, id)| Some((name.strip_prefix(&prefix)?.to_owned(), id.clone())))
            .filter(|(tag, _)| !tag.contains('/'))
            .collect();
        if all.is_empty() {
            return Err(format!("An image does not exist locally with the tag: {}", familiar(&self.repository)));
        }
        let Some(wanted) = &self.tag else { return Ok(all) };
        let one: Vec<_> = all.into_iter().filter(|(tag, _)| tag == wanted).collect();
        if one.is_empty() {
            return Err(format!("tag does not exist: {}:{wanted}", familiar(shown)));
        }
        Ok(one)
    }

    async fn push_one(&mut self, tag: &str, image_id: &str) -> Result<(), Ended> {
        let other = self.switches.iter().find_map(|switch| match switch {
            Switch::PushOther(id) => Some(id.clone()),
            _ => None,
        });
        let image_id = other.unwrap_or_else(|| image_id.to_owned());
        let found = self.shared.store().images.get(&image_id).cloned();
        let Some(image) = found else { return self.fail(&format!("No such image: {image_id}")).await };
        let digest = match self.send(tag, &image).await? {
            Ok(()) => image.manifest.digest.clone(),
            Err(message) => return self.fail(&message).await,
        };
        if !self.has(|switch| matches!(switch, Switch::PushNothing)) {
            self.shared.store().pushed(&self.repository, &digest, &image_id);
        }
        self.say_digest(tag, &image, &digest).await
    }

    /// Sends layers, config and manifest; the inner error is what the daemon says in the stream.
    async fn send(&mut self, tag: &str, image: &BuiltImage) -> Result<Result<(), String>, Ended> {
        let nothing = self.has(|switch| matches!(switch, Switch::PushNothing));
        let mut uploader = match Uploader::connect(&self.repository, nothing).await {
            Ok(uploader) => uploader,
            Err(message) => return Ok(Err(message)),
        };
        let layers: Vec<(&Blob, String)> = image
            .layers
            .iter()
            .zip(&image.diff_ids)
            .map(|(layer, diff_id)| (layer, diff_id.trim_start_matches("sha256:").chars().take(12).collect()))
            .collect();
        for (_, id) in &layers {
            self.stream.layer("Preparing", id).await?;
        }
        if let Err(message) = uploader.authorize(&self.credentials).await {
            return Ok(Err(message));
        }
        for (layer, id) in &layers {
            match uploader.has_blob(&layer.digest).await {
                Ok(true) => self.stream.layer("Layer already exists", id).await?,
                Ok(false) => {
                    let total = layer.bytes.len() as u64;
                    self.stream.progress(id, total / 2, total).await?;
                    if let Err(message) = uploader.put_blob(&layer.digest, &layer.bytes).await {
                        return Ok(Err(message));
                    }
                    self.stream.progress(id, total, total).await?;
                    if self.has(|switch| matches!(switch, Switch::LoseLayerAnswers)) {
                        self.stream.layer("Retrying in 1 second", id).await?;
                        self.stream.layer("Layer already exists", id).await?;
                    } else {
                        self.stream.layer("Pushed", id).await?;
                    }
                }
                Err(message) => return Ok(Err(message)),
            }
        }
        self.error_at(Position::Middle).await?;
        let config = match uploader.has_blob(&image.config.digest).await {
            Ok(true) => Ok(()),
            Ok(false) => uploader.put_blob(&image.config.digest, &image.config.bytes).await,
            Err(message) => Err(message),
        };
        if let Err(message) = config {
            return Ok(Err(message));
        }
        Ok(uploader.put_manifest(tag, &image.manifest.bytes).await)
    }

    async fn say_digest(&mut self, tag: &str, image: &BuiltImage, digest: &str) -> Result<(), Ended> {
        let wrong = self.switches.iter().find_map(|switch| match switch {
            Switch::WrongDigest(digest) => Some(digest.clone()),
            _ => None,
        });
        let digest = wrong.unwrap_or_else(|| digest.to_owned());
        let size = image.manifest.bytes.len();
        let extra: Vec<String> = self
            .switches
            .iter()
            .filter_map(|switch| if let Switch::ExtraLine(line) = switch { Some(line.clone()) } else { None })
            .collect();
        for line in extra {
            self.stream.line(&line).await?;
        }
        if !self.has(|switch| matches!(switch, Switch::WithoutDigestText)) {
            self.stream.value(&json!({ "status": format!("{tag}: digest: {digest} size: {size}") })).await?;
        }
        if !self.shared.options.containerd && !self.has(|switch| matches!(switch, Switch::WithoutAux)) {
            self.stream.value(&json!({ "progressDetail": {}, "aux": { "Tag": tag, "Digest": digest, "Size": size } })).await?;
        }
        self.error_at(Position::Last).await
    }

    /// Ends the stream with the error that a switch wants here.
    async fn error_at(&mut self, here: Position) -> Result<(), Ended> {
        let line = self.switches.iter().find_map(|switch| match switch {
            Switch::StreamError { position, line } if *position == here => Some(line.clone()),
            _ => None,
        });
        match line {
            Some(line) => {
                self.stream.line(&line).await?;
                Err(Ended)
            }
            None => Ok(()),
        }
    }

    /// Ends the stream with an error as the daemon words it.
    async fn fail(&mut self, message: &str) -> Result<(), Ended> {
        self.stream.line(&real_error_line(message)).await?;
        Err(Ended)
    }
}
