use super::*;
use crate::error::ProxyFailure;

fn origin(hostname: &str, port: u16) -> Origin {
    Origin::from_parts(Scheme::Http, hostname.to_owned(), port)
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
        let refused = connector.connect(&origin(hostname, port), AddressPolicy::Public).await;
        assert!(matches!(refused, Err(TransportError::PrivateAddress)), "{hostname}");
    }
    assert!(connector.connect(&origin("127.0.0.1", port), AddressPolicy::Anywhere).await.is_ok());
}

/// Every name has these addresses, or nobody may ask.
struct Fixed(Option<Vec<SocketAddr>>);

#[async_trait]
impl Resolve for Fixed {
    async fn addresses(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let addresses = self.0.clone().unwrap_or_else(|| panic!("{name} is resolved"));
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect())
    }
}

fn through(proxy: &str, addresses: Option<&[&str]>) -> Connector {
    let value = proxy.to_owned();
    let proxies = Proxies::from_environment(move |name| (name == "ALL_PROXY").then(|| value.clone().into()));
    let addresses = addresses.map(|all| all.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect());
    Connector::new(Trust::default(), proxies, Duration::from_secs(30)).resolving(Fixed(addresses))
}

#[tokio::test]
async fn who_resolves_the_name_is_the_scheme_of_a_socks_proxy() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = pushgate_test_registry::Proxy::socks(listener.local_addr().unwrap(), None, 4).unwrap();
    let asked = || proxy.requests().into_iter().map(|request| request.target).collect::<Vec<_>>();
    let (here, there) = (format!("socks5://{}", proxy.host()), format!("socks5h://{}", proxy.host()));

    // The proxy: it is given the name, and nothing is resolved here.
    let named = origin("registry.test", 5000);
    assert!(through(&there, None).connect(&named, AddressPolicy::Public).await.is_ok());
    assert_eq!(asked(), ["registry.test:5000"]);
    // An address is one, whoever resolves names.
    let refused = through(&there, None).connect(&origin("10.0.0.1", 5000), AddressPolicy::Public).await;
    assert!(matches!(refused, Err(TransportError::PrivateAddress)));

    // Here: all addresses are checked before the proxy is asked for any, and are tried one after the other.
    let private = through(&here, Some(&["192.0.9.1", "10.0.0.1"])).connect(&named, AddressPolicy::Public).await;
    assert!(matches!(private, Err(TransportError::PrivateAddress)));
    assert_eq!(asked().len(), 1);
    let both = ["2a00::1", "192.0.9.1"];
    assert!(through(&here, Some(&both)).connect(&named, AddressPolicy::Public).await.is_ok());
    assert_eq!(asked()[1..], ["[2a00::1]:5000", "192.0.9.1:5000"]);
    let Err(TransportError::Proxy(ProxyFailure { proxy: name, problem, .. })) =
        through(&here, Some(&["2a00::1"])).connect(&named, AddressPolicy::Public).await
    else {
        panic!("the proxy refuses")
    };
    assert_eq!((name, problem.as_str()), (here.clone(), "does not connect to [2a00::1]:5000: host unreachable"));
    let Err(TransportError::Proxy(ProxyFailure { problem, .. })) = through(&here, Some(&[])).connect(&named, AddressPolicy::Public).await
    else {
        panic!("there is no address")
    };
    assert!(problem.contains("has no address"), "{problem}");
}
