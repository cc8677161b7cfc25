//! Random walks through the edits, compared step by step with a model, on a file that is full of comments.

use std::collections::BTreeMap;

use super::*;

/// A small generator (SplitMix64) with a fixed seed, so that a failure comes again.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What the catalog should hold.
#[derive(Default)]
struct Model {
    flavors: BTreeMap<String, ComponentDigest>,
    registries: BTreeMap<String, RegistryEntry>,
    default: Option<String>,
}

impl Model {
    fn uses(&self, flavor: &str) -> bool {
        self.registries.values().any(|entry| entry.hooks.iter().any(|hook| hook.flavor.as_str() == flavor))
    }

    /// One step on the model and on the catalog. Both must agree on whether it is possible.
    fn step(&mut self, random: &mut Random, edit: &mut Edit) {
        let flavor = format!("f{}", random.below(5));
        let target = format!("r{}", random.below(4));
        let bytes = digest(&random.below(3).to_string());
        let hook = hook(&flavor, if random.below(2) == 0 { "{}" } else { r#"{"a": [1, {"b": "c"}]}"# }, &[]);
        match random.below(8) {
            0 => {
                let free = self.flavors.get(&flavor).is_none_or(|held| *held == bytes);
                assert_eq!(edit.add_flavor(&name(&flavor), &bytes).is_ok(), free);
                if free {
                    self.flavors.insert(flavor, bytes);
                }
            }
            1 => {
                let replaced = edit.replace_flavor(&name(&flavor), &bytes).unwrap();
                assert_eq!(replaced.previous, self.flavors.insert(flavor, bytes));
            }
            2 => {
                let possible = self.flavors.contains_key(&flavor) && !self.uses(&flavor);
                assert_eq!(edit.remove_flavor(&flavor).is_ok(), possible);
                if possible {
                    self.flavors.remove(&flavor);
                }
            }
            3 => {
                let entry = registry(&target, &format!("{target}.example"), vec![hook]);
                let possible = self.flavors.contains_key(&flavor) && self.registries.get(&target).is_none_or(|held| *held == entry);
                assert_eq!(edit.add_registry(&entry).is_ok(), possible);
                if possible {
                    self.registries.insert(target, entry);
                }
            }
            4 => {
                assert_eq!(edit.remove_registry(&target).is_ok(), self.registries.remove(&target).is_some());
                self.default.take_if(|default| *default == target);
            }
            5 => {
                let possible = self.registries.contains_key(&target);
                assert_eq!(edit.set_default(&target).is_ok(), possible);
                if possible {
                    self.default = Some(target);
                }
            }
            6 => {
                let known = self.flavors.contains_key(&flavor);
                let free = self
                    .registries
                    .get_mut(&target)
                    .filter(|entry| known && entry.hooks.iter().all(|other| other.flavor != hook.flavor || *other == hook));
                assert_eq!(edit.add_hook(&target, &hook).is_ok(), free.is_some());
                if let Some(entry) = free
                    && !entry.hooks.contains(&hook)
                {
                    entry.hooks.push(hook);
                }
            }
            _ => {
                let hooks = self.registries.get_mut(&target).map(|entry| &mut entry.hooks);
                let before = hooks.as_ref().map_or(0, |hooks| hooks.len());
                let after = hooks.map_or(0, |hooks| {
                    hooks.retain(|other| other.flavor.as_str() != flavor);
                    hooks.len()
                });
                assert_eq!(edit.remove_hook(&target, &flavor).is_ok(), after < before);
            }
        }
    }

    fn check(&self, catalog: &Catalog, text: &str) {
        let flavors: BTreeMap<String, ComponentDigest> =
            catalog.flavors().map(|(name, entry)| (name.to_owned(), entry.unwrap().digest)).collect();
        assert_eq!(flavors, self.flavors, "{text}");
        let registries: BTreeMap<String, RegistryEntry> =
            catalog.registries().map(|(name, entry)| (name.to_owned(), entry.unwrap().clone())).collect();
        assert_eq!(registries, self.registries, "{text}");
        assert_eq!(catalog.default_registry().unwrap().map(Name::as_str), self.default.as_deref(), "{text}");
    }
}

#[test]
fn random_walks_agree_with_a_model() {
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let mut model = Model::default();
        // The entries that stay have comments that must stay.
        let kept = format!(
            "[flavors.kept]\n# inside a flavor\ndigest = \"{}\" # behind a digest\n\n# above a registry\n[registries.kept] # behind a header\nuri = \"kept.example\"\n",
            digest("kept")
        );
        model.flavors.insert("kept".into(), digest("kept"));
        model.registries.insert("kept".into(), registry("kept", "kept.example", Vec::new()));
        let folder = Folder::with(format!("# at the top\nversion = 1 # behind the version\n\n{kept}"));
        for _ in 0..40 {
            folder.change(|edit| model.step(&mut random, edit));
            let text = fs::read_to_string(folder.path()).unwrap();
            model.check(&folder.catalog(), &text);
            for comment in [
                "# at the top\n",
                "# inside a flavor\n",
                "# behind a digest\n",
                "# above a registry\n[registries.kept] # behind a header\n",
                "# behind the version\n",
            ] {
                assert!(text.contains(comment), "{comment} is missing in\n{text}");
            }
        }
    }
}
