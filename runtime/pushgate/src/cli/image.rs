//! `pushgate image`: what an image is made of.

use pushgate_explain::{Failure, Kind};
use pushgate_reference::{ImageReference, RegistryUri};
use pushgate_source::{ListedLayers, RequestedSource, SourceOptions};
use serde_json::{Value, json};

use super::args::{ImageCommand, LayersArguments};
use super::context::Context;
use super::output::printable;

pub(super) fn run(context: &Context, command: ImageCommand) -> Result<(), Failure> {
    match command {
        ImageCommand::Layers(arguments) => layers(context, &arguments),
    }
}

fn layers(context: &Context, arguments: &LayersArguments) -> Result<(), Failure> {
    let image = ImageReference::parse(&arguments.image)?;
    // No registry is asked: any that the image can lie in will do.
    let scoped = RegistryUri::parse(image.host().as_str())?.scope(&image)?;
    let platform = arguments.platform.as_deref().map(str::parse).transpose()?;
    let source = RequestedSource::new(arguments.from.parse()?, SourceOptions { platform, ..SourceOptions::default() })?;
    let pinned = context.wait_for(source.pin(&context.process.engine, &scoped))?;
    let images = match pinned.layers() {
        ListedLayers::Images(images) => images,
        ListedLayers::Artifact(kind) => {
            let problem = format!("{scoped} is not a container image but an artifact of type `{kind}`, which has no layers of an image");
            return Err(Failure::new(Kind::SourceFailed, problem));
        }
    };
    let text = || {
        let of_image = |(platform, diff_ids): &(String, Vec<String>)| format!("{}\n{}", printable(platform), lines(diff_ids));
        images.iter().map(of_image).collect()
    };
    let as_json = |(platform, diff_ids): &(String, Vec<String>)| json!({ "platform": platform, "diff_ids": diff_ids });
    context
        .output
        .result(text, || json!({ "schema": 1, "image": scoped.to_string(), "images": images.iter().map(as_json).collect::<Vec<Value>>() }));
    Ok(())
}

fn lines(diff_ids: &[String]) -> String {
    diff_ids.iter().map(|diff_id| format!("  {diff_id}\n")).collect()
}
