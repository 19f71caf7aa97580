# SPDX-License-Identifier: ISC
"""TLS as hosts have offered it through the years.

Owns the settings of each generation and the choice of certificate by the name that a client asks
for: "pool" gets the pool's internal one. Never moves bytes.
"""
import ssl
import warnings

# The oldest and newest version, the ciphers, the curve, and the certificate's key and digest.
PROFILES = {
    "6.5": (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1, "AES128-SHA:AES256-SHA",
            None, "rsa:1024", "sha1"),
    "7.0": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, "AES128-SHA256",
            None, "rsa:2048", "sha256"),
    "8.2": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2,
            "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
            "ECDHE-ECDSA-AES256-GCM-SHA384", "secp384r1", "rsa:2048", "sha256"),
    # No release yet; what stands before a host may.
    "1.3": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3, "ECDHE-RSA-AES256-GCM-SHA384",
            None, "rsa:2048", "sha256"),
}


def certificate_options(profile):
    """The key and digest of a certificate of that time, for certs.make."""
    return {"key": PROFILES[profile][4], "digest": PROFILES[profile][5]}


def context(profile, certificate, internal=None):
    """What a listener needs to show a certificate, and another to those who ask for `pool`."""
    made = _context(profile, certificate)
    if internal:
        other = _context(profile, internal)

        def choose(tls, name, _):
            if name == "pool":
                tls.context = other

        made.sni_callback = choose
    return made


def _context(profile, certificate):
    oldest, newest, ciphers, curve, _, _ = PROFILES[profile]
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Level 0 lets a host show a weak certificate; what it offers is bounded by the list.
    made.set_ciphers(ciphers + ":@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version, made.maximum_version = oldest, newest
    if curve:
        made.set_ecdh_curve(curve)
    made.load_cert_chain(certificate.cert_file, certificate.key_file)
    return made
