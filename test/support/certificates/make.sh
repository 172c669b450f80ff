#!/bin/sh
# Makes the certificates that the tests of TLS use, with OpenSSL. They are good until 2119; it makes all of them anew.
#
#   ca            the authority that the tests trust          ca.crl      what it has revoked
#   server        for localhost, 127.0.0.1, ::1, *.many.test  other       for other.test
#   client        for a client                                revoked     a server's, revoked
#   expired       a server's, which expired in 2020           self-signed for localhost, signed by itself
#   stranger      a client's, signed by an authority that nobody trusts
#   server-encrypted.key   the server's key, encrypted with 'secret'
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/index"
echo 1000 > "$work/serial"
echo 01 > "$work/crlnumber"
cat > "$work/config" <<CONFIG
[ca]
default_ca = tests
[tests]
database = $work/index
serial = $work/serial
crlnumber = $work/crlnumber
new_certs_dir = $work
default_md = sha256
default_crl_days = 34000
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1, DNS:*.many.test
[other]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.test
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
CONFIG

key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }

# NAME SUBJECT EXTENSIONS: signed by itself
own() {
  key "$1"
  openssl req -new -x509 -config "$work/config" -key "$1.key" -subj "$2" -extensions "$3" -days 34000 -out "$1.pem"
}

# NAME SUBJECT EXTENSIONS AUTHORITY [FROM UNTIL]
signed() {
  key "$1"
  openssl req -new -config "$work/config" -key "$1.key" -subj "$2" -out "$work/request"
  openssl ca -batch -notext -config "$work/config" -cert "$4.pem" -keyfile "$4.key" -extensions "$3" \
    -startdate "${5:-20200101000000Z}" -enddate "${6:-21200101000000Z}" -in "$work/request" -out "$1.pem"
}

own ca '/O=gevent-ts/CN=Test authority' authority
own nobody '/O=gevent-ts/CN=Unknown authority' authority
own self-signed /CN=localhost server
signed server '/C=DE/O=gevent-ts/CN=localhost' server ca
signed other /CN=other.test other ca
signed client '/O=gevent-ts/CN=client' client ca
signed expired /CN=localhost server ca 20200101000000Z 20200102000000Z
signed revoked /CN=localhost server ca
signed stranger /CN=client client nobody
openssl ca -config "$work/config" -cert ca.pem -keyfile ca.key -revoke revoked.pem
openssl ca -config "$work/config" -cert ca.pem -keyfile ca.key -gencrl -out ca.crl
openssl pkcs8 -topk8 -v2 aes-256-cbc -in server.key -passout pass:secret -out server-encrypted.key
# Those of the authorities sign nothing any more.
rm -f nobody.pem nobody.key ca.key
