"""Makes the certificates of the run in a folder: an authority, the server's, and one for each app that shows its own."""

import base64
import datetime
import json
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FOLDER = pathlib.Path(sys.argv[1])
NOW = datetime.datetime.now(datetime.timezone.utc)


def certificate(name, issuer=None, authority=False):
    """Writes `name`.pem and `name`.key, signed by `issuer` or else by itself; returns both."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(minutes=5))
        .not_valid_after(NOW + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.sign(issuer[1] if issuer else key, hashes.SHA256())
    (FOLDER / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (FOLDER / f"{name}.key").write_bytes(secret)
    return made, key


def coordinate(number):
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


authority = certificate("authority", authority=True)
certificate("localhost", authority)
certificate("shown.example", authority)
alone, _ = certificate("alone.example")
point = alone.public_key().public_numbers()
der = base64.b64encode(alone.public_bytes(serialization.Encoding.DER)).decode()
jwk = {"kty": "EC", "crv": "P-256", "x": coordinate(point.x), "y": coordinate(point.y), "x5c": [der]}
(FOLDER / "alone.jwks.json").write_text(json.dumps({"keys": [jwk]}))
