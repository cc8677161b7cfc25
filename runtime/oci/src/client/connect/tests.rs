use super::*;

fn origin(hostname: &str, port: u16) -> Origin {
    Origin { scheme: Scheme::Http, hostname: hostname.to_owned(), port }
}

fn connector() -> Connector {
    Connector::new(Trust::default(), Proxies::default(), Duration::from_secs(30))
}

#[tokio::test]
async fn localhost_is_this_machine_without_asking_anybody() {
    let found = connector().addresses(&origin("localhost", 5000)).await.unwrap();
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["127.0.0.1:5000", "[::1]:5000"]);
}

#[tokio::test]
async fn what_a_registry_names_is_not_reached_inside_a_private_network() {
    // F-04: the host is right, and its address is not. Somebody listens there, so that it is the check that refuses.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connector = connector();
    for hostname in ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254"] {
        let refused = connector.connect(&origin(hostname, port), Reach::Public).await;
        assert!(matches!(refused, Err(TransportError::PrivateAddress)), "{hostname}");
    }
    assert!(connector.connect(&origin("127.0.0.1", port), Reach::Anywhere).await.is_ok());
}
