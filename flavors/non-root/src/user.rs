//! What the `User` of an image config means to what runs containers.
//!
//! They do not read it alike. Docker and containerd take for a number what Go's `Atoi` reads: `+0`, `-0` and `00` are root there, and names to Podman.
//! Older versions of containerd count 4294967296 as 0. So only what all of them read alike is taken, and the rest is refused.

/// The largest user and group ID that containerd and Docker take: the largest signed number of 32 bits.
pub(crate) const LARGEST: u32 = 2_147_483_647;

/// Who it is, as far as that can be told without the image's files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Root, by number, by name, or because nobody else is named.
    Root,
    /// A number, not 0.
    Number(u32),
    /// A name. `/etc/passwd` in the image says which number it is, and may say 0.
    Name,
    /// On Windows nobody is named: ContainerAdministrator in some base images, ContainerUser in others.
    WindowsDefault,
    /// One of Windows' accounts that may do anything.
    Administrator,
    /// Any other account of Windows.
    WindowsName,
}

/// Why it is not to be relied on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A number that some take for another one.
    OutOfRange,
    /// Neither a number nor a name.
    Malformed,
}

/// Who runs in a Linux container, or in one of a system that is like it.
pub(crate) fn unix(text: &str) -> Result<Identity, Problem> {
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text, None),
    };
    let identity = side(user);
    // Docker takes no notice of what comes after the second colon, so root is root whatever follows.
    if identity == Ok(Identity::Root) {
        return Ok(Identity::Root);
    }
    if let Some(group) = group {
        // The group may be root's: it is by OpenShift's convention. But it has to be a group.
        if group.is_empty() {
            return Err(Problem::Malformed);
        }
        side(group)?;
    }
    identity
}

/// The group of a user that [`unix`] reads, if one is named.
pub(crate) fn group(text: &str) -> Option<(&str, Identity)> {
    let (_, group) = text.split_once(':')?;
    Some((group, side(group).ok()?))
}

/// Who runs in a Windows container, perhaps with a domain: `User Manager\ContainerUser`. Names are compared without case, as Windows does.
pub(crate) fn windows(text: &str) -> Result<Identity, Problem> {
    const ADMINISTRATORS: [&str; 4] = ["containeradministrator", "administrator", "system", "localsystem"];
    if text.is_empty() {
        return Ok(Identity::WindowsDefault);
    }
    // An image that only calls itself one of Windows must not run as root elsewhere.
    if unix(text) == Ok(Identity::Root) {
        return Ok(Identity::Root);
    }
    let name = text.rsplit_once('\\').map_or(text, |(_, name)| name);
    let lower = name.to_ascii_lowercase();
    if ADMINISTRATORS.contains(&lower.as_str()) {
        return Ok(Identity::Administrator);
    }
    // By its number (`S-1-5-18`) an account may be anyone.
    let is_name = !lower.starts_with("s-1-")
        && lower.bytes().any(|byte| byte.is_ascii_alphabetic())
        && lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._- ".contains(&byte))
        && !lower.starts_with(' ')
        && !lower.ends_with([' ', '.']);
    if is_name { Ok(Identity::WindowsName) } else { Err(Problem::Malformed) }
}

/// One side of the colon.
fn side(text: &str) -> Result<Identity, Problem> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.is_empty() || text == "root" || (!digits.is_empty() && digits.bytes().all(|byte| byte == b'0')) {
        return Ok(Identity::Root);
    }
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return match digits.parse::<u32>() {
            // A number with a sign is a name to some.
            Ok(_) if digits != text => Err(Problem::Malformed),
            Ok(id) if id <= LARGEST => Ok(Identity::Number(id)),
            _ => Err(Problem::OutOfRange),
        };
    }
    // As useradd makes them, but for names that begin with a digit: `0x0` is not to be anybody's number.
    let name = text.strip_suffix('$').unwrap_or(text);
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if begins && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        Ok(Identity::Name)
    } else {
        Err(Problem::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_root_somewhere_is_root() {
        for text in [
            "",
            "0",
            "00",
            "000000000000000000000000",
            "+0",
            "-0",
            "root",
            "0:0",
            "root:root",
            "0:1000",
            "root:1000",
            ":",
            ":1000",
            "0:0:0",
            "0:",
            "+0:x y",
        ] {
            assert_eq!(unix(text), Ok(Identity::Root), "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, id) in
            [("1", 1), ("1000", 1000), ("1000:1000", 1000), ("1000:0", 1000), ("1000:root", 1000), ("01000", 1000), ("2147483647", LARGEST)]
        {
            assert_eq!(unix(text), Ok(Identity::Number(id)), "{text}");
        }
    }

    #[test]
    fn numbers_that_some_count_modulo_are_refused() {
        for text in ["2147483648", "4294967295", "4294967296", "-4294967296", "18446744073709551616", "1000:4294967296", "1000:2147483648"]
        {
            assert_eq!(unix(text), Err(Problem::OutOfRange), "{text}");
        }
    }

    #[test]
    fn names() {
        for text in ["app", "nonroot", "_apt", "www-data", "node:node", "app:0", "app:1000", "host$", "Root", "a.b"] {
            assert_eq!(unix(text), Ok(Identity::Name), "{text}");
        }
    }

    #[test]
    fn what_is_read_in_two_ways_is_refused() {
        for text in [
            " 0",
            "0 ",
            " ",
            "0x0",
            "0b0",
            "0_0",
            "+1000",
            "-1",
            "1e3",
            "1000:",
            "1000:1000:0",
            "app:",
            "app:a b",
            "app::",
            "１０００",
            "０",
            "root ",
            "\troot",
            "\u{0}",
            "app\n",
            "$",
            "1user",
            "-",
            "+",
            "~",
            "a/b",
        ] {
            assert_eq!(unix(text), Err(Problem::Malformed), "{text:?}");
        }
    }

    #[test]
    fn windows_has_accounts_of_its_own() {
        assert_eq!(windows(""), Ok(Identity::WindowsDefault));
        for text in [
            "ContainerAdministrator",
            "containeradministrator",
            r"User Manager\ContainerAdministrator",
            r"NT AUTHORITY\SYSTEM",
            "Administrator",
            r".\Administrator",
        ] {
            assert_eq!(windows(text), Ok(Identity::Administrator), "{text}");
        }
        for text in ["ContainerUser", r"User Manager\ContainerUser", "app", "net user"] {
            assert_eq!(windows(text), Ok(Identity::WindowsName), "{text}");
        }
        for text in ["0", "root", "0:0"] {
            assert_eq!(windows(text), Ok(Identity::Root), "{text}");
        }
        for text in [
            "S-1-5-18",
            "s-1-5-93-2-1",
            "1000",
            "ContainerAdministrator ",
            " SYSTEM",
            r"SYSTEM\",
            "ContainerAdministrator.",
            "a\u{0}",
            "a:b",
        ] {
            assert_eq!(windows(text), Err(Problem::Malformed), "{text}");
        }
    }
}
