//! The registry of distribution v3.

use pushgate_test_images::{Image, Layout};

use crate::support::{DockerRegistry, Home, Settings, TokenServer, User, built};

fn distribution() -> Settings<'static> {
    Settings { program: Some(built("PUSHGATE_TEST_DISTRIBUTION")), ..Settings::default() }
}

#[test]
#[ignore = "needs distribution v3: cargo xtask test"]
fn a_layout_is_pushed_and_pushed_again() {
    let home = Home::new();
    let image = (0..12).fold(Image::new(), |image, number| image.raw_layer(vec![number; 100_000]));
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let registry = DockerRegistry::start_with(&distribution());
    let line = format!("push {0}/team/app:v1 --uri {0}/team --from oci:image --output json", registry.host());
    let first = home.must(&line).json();
    assert_eq!((&first["remote"], &first["digest"]), (&"updated".into(), &digest.into()));
    assert_eq!(home.must(&line).json()["remote"], "unchanged");
}

#[test]
#[ignore = "needs distribution v3: cargo xtask test"]
fn an_index_is_pushed_with_all_its_platforms() {
    let home = Home::new();
    let images = [Image::new().raw_layer(vec![1; 10]), Image::new().architecture("arm64", Some("v8")).raw_layer(vec![2; 10])];
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let registry = DockerRegistry::start_with(&distribution());
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    assert_eq!(home.must(&line).stdout, format!("{}/app@{digest}\n", registry.host()));
    assert_eq!(home.must(&format!("{line} --output json")).json()["remote"], "unchanged");
}

#[test]
#[ignore = "needs distribution v3: cargo xtask test"]
fn an_index_is_pushed_under_its_digest_alone() {
    let home = Home::new();
    let images = [Image::new().raw_layer(vec![1; 10]), Image::new().architecture("arm64", Some("v8")).raw_layer(vec![2; 10])];
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let registry = DockerRegistry::start_with(&distribution());
    let line = format!("push {0}/app@{digest} --uri {0} --from oci:image --output json", registry.host());
    for remote in ["updated", "unchanged"] {
        let json = home.must(&line).json();
        assert_eq!((&json["remote"], &json["digest"]), (&remote.into(), &digest.clone().into()));
    }
}

#[test]
#[ignore = "needs distribution v3: cargo xtask test"]
fn a_token_server_gives_what_a_push_needs() {
    let home = Home::new();
    let image = Image::new().raw_layer(vec![1; 100_000]);
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let user = User::new("person", "secret");
    let tokens = TokenServer::start(&user);
    let registry = DockerRegistry::start_with(&Settings { identity: Some(tokens.identity()), tokens: Some(&tokens), ..distribution() });
    home.write("ca.pem", &tokens.identity().ca);
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image --tls --ca-file ca.pem", registry.host());
    assert_eq!(home.run(&line).code, 7);
    home.log_in(registry.host(), &user);
    home.must(&line);
}
