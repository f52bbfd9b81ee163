#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/uuid.h"
#include "http/harness.h"
#include "http/wire/server.h"

namespace lectern::http {
namespace {

using harness::eventually;
using harness::RawClient;
using harness::RunningServer;

/// A self-signed certificate and its key, in files that go with it.
class Certificate {
 public:
  Certificate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    std::filesystem::create_directories(folder_);
    auto* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  std::string certificate_file() const { return folder_ / "certificate.pem"; }
  std::string key_file() const { return folder_ / "key.pem"; }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("lectern-tls-" + Uuid::random().text());
};

/// TLS over a RawClient's socket.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION,
                     const char* ciphers = "ALL")
      : client_(port),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        tls_(nullptr, SSL_free) {
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    SSL_CTX_set_cipher_list(context_.get(), ciphers);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), client_.socket());
    connected = SSL_connect(tls_.get()) == 1;
  }
  void send(const std::string& bytes) {
    SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  /// Reads until what came ends with `end`, or the other side ended.
  std::string receive_until(std::string_view end) {
    std::string out;
    std::string piece(65536, '\0');
    while (!out.ends_with(end)) {
      const int read = SSL_read(tls_.get(), piece.data(), static_cast<int>(piece.size()));
      if (read <= 0) break;
      out.append(piece, 0, static_cast<std::size_t>(read));
    }
    return out;
  }
  /// Reads until the other side ends.
  std::string receive_all() {
    std::string out;
    for (auto more = receive_until("\n\n"); !more.empty(); more = receive_until("\n\n"))
      out += more;
    return out;
  }
  /// Whether the other side said that it ends, as TLS asks for.
  bool ended_well() { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

  bool connected = false;

 private:
  RawClient client_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
};

ServerOptions tls_options(const Certificate& certificate) {
  ServerOptions options;
  options.tls_certificate_file = certificate.certificate_file();
  options.tls_key_file = certificate.key_file();
  return options;
}

Response echo(Request& request) {
  Response response;
  response.body = request.body.view();
  return response;
}

std::string post(const std::string& body, const std::string& headers = "") {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_CASE("HTTPS: keep-alive, pipelining, large bodies, and an end that is said") {
  const Certificate certificate;
  RunningServer server(tls_options(certificate), echo);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    REQUIRE(client.connected);
    client.send(post("one") + post("two"));
    const auto two = client.receive_until("\r\n\r\ntwo");
    CHECK(two.find("\r\n\r\none") != std::string::npos);
    CHECK(two.ends_with("\r\n\r\ntwo"));
    const std::string large(5'000'000, 'x');
    client.send(post(large, "Connection: close\r\n"));
    const auto rest = client.receive_all();
    CHECK(rest.ends_with("\r\n\r\n" + large));
    CHECK(client.ended_well());
  }
}

TEST_CASE(
    "HTTPS: a client without TLS is told so, one with an old one gets nowhere, others are served") {
  const Certificate certificate;
  RunningServer server(tls_options(certificate), echo);
  CHECK_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected);
  for (const std::string& request : {post(""), post("a body"), post(std::string(500'000, 'x'))}) {
    RawClient plain(server.port());
    plain.send(request);
    const auto answer = plain.receive_all();
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(answer.find("a URL for it begins with https://") != std::string::npos);
  }
  RawClient nonsense(server.port());
  nonsense.send("nonsense\r\n\r\n");
  CHECK(nonsense.receive_all().find("HTTP/") == std::string::npos);
  TlsClient client(server.port());
  client.send(post("hello"));
  CHECK(client.receive_until("hello").ends_with("hello"));
}

TEST_CASE("HTTPS: only ciphers with forward secrecy are spoken") {
  const Certificate certificate;
  RunningServer server(tls_options(certificate), echo);
  for (const char* without : {"AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256"})
    CHECK_FALSE(TlsClient(server.port(), TLS1_2_VERSION, without).connected);
  CHECK_FALSE(TlsClient(server.port(), TLS1_2_VERSION, "ECDHE+AES:!AESGCM:!AESCCM").connected);
  CHECK(TlsClient(server.port(), TLS1_2_VERSION, "ECDHE+AESGCM").connected);
}

TEST_CASE("HTTPS: a handshake that is never begun ends at its deadline") {
  const Certificate certificate;
  auto options = tls_options(certificate);
  options.header_deadline = std::chrono::milliseconds(150);
  RunningServer server(options, echo);
  RawClient silent(server.port());
  CHECK(silent.receive_all().empty());
  CHECK(eventually([&] { return server.server().counters().connections_open == 0; }));
}

TEST_CASE("HTTPS: idle connections end when the server stops") {
  const Certificate certificate;
  RunningServer server(tls_options(certificate), echo);
  TlsClient client(server.port());
  client.send(post("hello"));
  CHECK(client.receive_until("hello").ends_with("hello"));
  server.stop();
  CHECK(client.receive_all().empty());
}

TEST_CASE("a certificate with another's key is refused by name") {
  const Certificate one;
  const Certificate other;
  auto options = tls_options(one);
  options.tls_key_file = other.key_file();
  const auto server = Server::listen(options, echo);
  REQUIRE_FALSE(server);
  CHECK(server.error().message.find(other.key_file()) != std::string::npos);
}

}  // namespace
}  // namespace lectern::http
