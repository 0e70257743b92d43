"""The protocols and services that programs ask for by name, as in the registries of IANA."""

# Name, number and alias of each protocol.
_PROTOCOLS = [
    ("ip", 0, "IP"),
    ("icmp", 1, "ICMP"),
    ("igmp", 2, "IGMP"),
    ("tcp", 6, "TCP"),
    ("udp", 17, "UDP"),
    ("dccp", 33, "DCCP"),
    ("ipv6", 41, "IPv6"),
    ("gre", 47, "GRE"),
    ("esp", 50, "IPSEC-ESP"),
    ("ah", 51, "IPSEC-AH"),
    ("ipv6-icmp", 58, "IPv6-ICMP"),
    ("sctp", 132, "SCTP"),
    ("udplite", 136, "UDPLite"),
]

# Name, port, protocols and aliases of each service.
_SERVICES = [
    ("echo", 7, "tcp udp", ""),
    ("discard", 9, "tcp udp", ""),
    ("daytime", 13, "tcp udp", ""),
    ("ftp-data", 20, "tcp", ""),
    ("ftp", 21, "tcp", ""),
    ("ssh", 22, "tcp", ""),
    ("telnet", 23, "tcp", ""),
    ("smtp", 25, "tcp", "mail"),
    ("time", 37, "tcp udp", ""),
    ("domain", 53, "tcp udp", ""),
    ("bootps", 67, "udp", ""),
    ("bootpc", 68, "udp", ""),
    ("tftp", 69, "udp", ""),
    ("http", 80, "tcp", "www"),
    ("kerberos", 88, "tcp udp", "krb5"),
    ("pop3", 110, "tcp", ""),
    ("sunrpc", 111, "tcp udp", "portmapper"),
    ("auth", 113, "tcp", "ident"),
    ("nntp", 119, "tcp", ""),
    ("ntp", 123, "udp", ""),
    ("imap2", 143, "tcp", "imap"),
    ("snmp", 161, "tcp udp", ""),
    ("snmp-trap", 162, "tcp udp", "snmptrap"),
    ("ldap", 389, "tcp udp", ""),
    ("https", 443, "tcp udp", ""),
    ("microsoft-ds", 445, "tcp udp", ""),
    ("submissions", 465, "tcp", "smtps"),
    ("syslog", 514, "udp", ""),
    ("submission", 587, "tcp", ""),
    ("ldaps", 636, "tcp udp", ""),
    ("domain-s", 853, "tcp udp", ""),
    ("rsync", 873, "tcp", ""),
    ("imaps", 993, "tcp", ""),
    ("pop3s", 995, "tcp", ""),
    ("socks", 1080, "tcp", ""),
    ("openvpn", 1194, "tcp udp", ""),
    ("ms-sql-s", 1433, "tcp", ""),
    ("radius", 1812, "udp", ""),
    ("radius-acct", 1813, "udp", ""),
    ("mqtt", 1883, "tcp", ""),
    ("nfs", 2049, "tcp udp", ""),
    ("mysql", 3306, "tcp", ""),
    ("ms-wbt-server", 3389, "tcp", ""),
    ("epmd", 4369, "tcp", ""),
    ("sip", 5060, "tcp udp", ""),
    ("sip-tls", 5061, "tcp udp", ""),
    ("xmpp-client", 5222, "tcp", ""),
    ("xmpp-server", 5269, "tcp", ""),
    ("mdns", 5353, "udp", ""),
    ("postgresql", 5432, "tcp", "postgres"),
    ("amqps", 5671, "tcp", ""),
    ("amqp", 5672, "tcp udp sctp", ""),
    ("redis", 6379, "tcp", ""),
    ("http-alt", 8080, "tcp udp", "webcache"),
    ("secure-mqtt", 8883, "tcp", ""),
    ("git", 9418, "tcp", ""),
]

PROTOCOLS = "".join(["{}\t{}\t{}\n".format(name, number, alias) for name, number, alias in _PROTOCOLS])

SERVICES = "".join([
    "{}\t{}/{}{}\n".format(name, port, protocol, "\t" + aliases if aliases else "")
    for name, port, protocols, aliases in _SERVICES
    for protocol in protocols.split(" ")
])
