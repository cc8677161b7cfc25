//! The settings, understood.

use std::fmt;

use serde::Deserialize;

use crate::user::{self, Identity};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    numeric: Option<bool>,
    min_uid: Option<u32>,
    uids: Option<Vec<Range>>,
    names: Option<Vec<String>>,
    gids: Option<Vec<Range>>,
    groups: Option<Vec<String>>,
}

/// Some IDs, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    min: u32,
    max: u32,
}

/// Who may run.
pub(crate) struct Rule {
    pub(crate) numeric: bool,
    pub(crate) min_uid: u32,
    pub(crate) uids: Option<Vec<Range>>,
    pub(crate) names: Option<Vec<String>>,
    gids: Vec<Range>,
    groups: Vec<String>,
}

impl Rule {
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        let Settings { numeric, min_uid, uids, names, gids, groups } = settings;
        match min_uid {
            Some(0) => return Err("min_uid: 0 is root".to_owned()),
            Some(least) if least > user::LARGEST => {
                return Err(format!("min_uid: {least} is larger than every user ID that works everywhere, {}", user::LARGEST));
            }
            Some(_) if uids.is_some() => return Err("`min_uid` and `uids`: give one of the two".to_owned()),
            Some(_) if numeric == Some(false) => return Err(not_comparable("min_uid")),
            _ => {}
        }
        if uids.is_some() && numeric == Some(false) {
            return Err(not_comparable("uids"));
        }
        if names.is_some() && numeric == Some(true) {
            return Err("`names` and `numeric`: where a user must be a number, no name is accepted; leave `numeric` out".to_owned());
        }
        check_ranges("uids", uids.as_deref(), 1)?;
        check_ranges("gids", gids.as_deref(), 0)?;
        check_names("names", names.as_deref(), is_user_name)?;
        check_names("groups", groups.as_deref(), is_group_name)?;
        Ok(Self {
            numeric: numeric.unwrap_or(min_uid.is_some() || uids.is_some()),
            min_uid: min_uid.unwrap_or(1),
            uids,
            names,
            gids: gids.unwrap_or_default(),
            groups: groups.unwrap_or_default(),
        })
    }

    pub(crate) fn limits_groups(&self) -> bool {
        !self.gids.is_empty() || !self.groups.is_empty()
    }

    /// Whether the settings accept this group, by its number or by its name.
    pub(crate) fn accepts_group(&self, text: &str, identity: &Identity) -> bool {
        let has_number = |id: u32| self.gids.iter().any(|range| range.contains(id));
        let has_name = self.groups.iter().any(|name| name == text);
        match identity {
            Identity::Number(id) => has_number(*id),
            Identity::Root => has_number(0) || has_name,
            _ => has_name,
        }
    }

    /// The groups that are accepted, for people.
    pub(crate) fn groups_in_words(&self) -> String {
        let ranges = self.gids.iter().map(ToString::to_string);
        ranges.chain(self.groups.iter().map(|name| format!("`{name}`"))).collect::<Vec<_>>().join(", ")
    }
}

impl Range {
    pub(crate) fn contains(self, id: u32) -> bool {
        (self.min..=self.max).contains(&id)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { self.min.fmt(formatter) } else { write!(formatter, "{} to {}", self.min, self.max) }
    }
}

fn not_comparable(setting: &str) -> String {
    format!(
        "`{setting}` and `numeric`: which user ID a name has, only the image's files say, so names cannot be accepted beside it; list those that are in `names`"
    )
}

fn check_ranges(setting: &str, ranges: Option<&[Range]>, least: u32) -> Result<(), String> {
    let Some(ranges) = ranges else { return Ok(()) };
    if ranges.is_empty() {
        return Err(format!("{setting}: an empty list accepts no ID, so that nothing can be pushed"));
    }
    for range in ranges {
        if range.min > range.max {
            return Err(format!("{setting}: no ID lies between {} and {}: `min` is the smaller one", range.min, range.max));
        }
        if range.min < least {
            return Err(format!("{setting}: 0 is root"));
        }
        if range.max > user::LARGEST {
            return Err(format!("{setting}: {} is larger than every ID that works everywhere, {}", range.max, user::LARGEST));
        }
    }
    Ok(())
}

fn check_names(setting: &str, names: Option<&[String]>, check: fn(&str) -> Result<(), &'static str>) -> Result<(), String> {
    let Some(names) = names else { return Ok(()) };
    if names.is_empty() {
        return Err(format!("{setting}: an empty list accepts no name; leave the setting out"));
    }
    names.iter().try_for_each(|name| check(name).map_err(|problem| format!("{setting}: `{name}` {problem}")))
}

fn is_user_name(name: &str) -> Result<(), &'static str> {
    match (name.contains(':'), user::unix(name), user::windows(name)) {
        (true, ..) => Err("has a group: list users without theirs"),
        (_, Ok(Identity::Root), _) => Err("is root"),
        (.., Ok(Identity::Administrator)) => Err("is an administrator"),
        (_, Ok(Identity::Name), _) | (.., Ok(Identity::WindowsName)) => Ok(()),
        (_, Ok(Identity::Number(_)), _) => Err("is a number: list user IDs in `uids`"),
        _ => Err("is no user's name"),
    }
}

fn is_group_name(name: &str) -> Result<(), &'static str> {
    match user::unix(name) {
        _ if name.contains(':') => Err("has a user: list the groups alone"),
        Ok(Identity::Name) => Ok(()),
        Ok(Identity::Root) if name == "root" => Ok(()),
        Ok(Identity::Number(_) | Identity::Root) => Err("is a number: list group IDs in `gids`"),
        _ => Err("is no group's name"),
    }
}
