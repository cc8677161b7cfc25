//! Asks Amazon ECR whether the repository of a push exists: ECR takes no image for one that does not. Warns, refuses, or creates it.

mod api;
mod creation;
mod registry;
mod settings;

use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor, log};

use crate::api::Api;
use crate::registry::Registry;
use crate::settings::{MissingRepository, Plan, Settings};

struct Aws;

/// How long the name of a repository may be, in characters. Its pattern is that of every reference:
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>, `repositoryName`.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=256;

impl Flavor for Aws {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let (plan, endpoint) = settings.plan()?;
        let registry = Registry::parse(push.registry_uri()).map_err(Refusal::misconfigured)?;
        let repository = push.repository();
        let length = repository.len();
        if !NAME_LENGTH.contains(&length) {
            return deny("repository.name", format!("Amazon ECR takes names of 2 to 256 characters, and `{repository}` has {length}"))
                .hint("push to another repository")
                .detail("repository", repository)
                .into();
        }
        let api = Api::new(&registry, repository, endpoint);
        if api.repository_exists()? {
            return Ok(());
        }
        let missing = format!("the repository `{repository}` does not exist in the registry {registry}");
        match plan {
            Plan::Create(_) if push.dry_run() => log::warn(format_args!("{missing}: a push would create it")),
            Plan::Create(creation) => {
                if api.create_repository(&creation)? {
                    log::info(format_args!("created the repository `{repository}` in the registry {registry}"));
                }
            }
            Plan::Accept(MissingRepository::Warn) => log::warn(format_args!(
                "{missing}, and ECR takes no image for it unless it creates repositories on push: `{}`",
                create_command(&registry, repository)
            )),
            Plan::Accept(MissingRepository::Refuse) => {
                return deny("repository.missing", missing)
                    .hint(format!("create it: `{}`", create_command(&registry, repository)))
                    .detail("repository", repository)
                    .detail("registry", registry.account)
                    .detail("region", registry.region)
                    .into();
            }
        }
        Ok(())
    }
}

/// What a person would type to create the repository.
fn create_command(registry: &Registry, repository: &str) -> String {
    let Registry { account, region, .. } = registry;
    format!("aws ecr create-repository --registry-id {account} --region {region} --repository-name {repository}")
}

flavor!(Aws, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
