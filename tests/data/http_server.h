// An HTTP server on the loopback interface for tests of downloads: it serves one connection after the other,
// one request each, and the test decides which bytes it sends.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace norma::test {

struct HttpRequest {
  std::string path;   // "/file"
  std::string range;  // "bytes=5-", empty without this header
};

/// The server's end of one connection.
class HttpConnection {
 public:
  HttpConnection(int socket, int stop) : socket_(socket), stop_(stop) {}

  /// Sends bytes unchanged; false if the client has closed the connection.
  bool send(const std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return true;
  }
  /// Sends a status line and headers: head("200 OK", {"Content-Length: 5"}).
  bool head(const std::string& status, const std::vector<std::string>& headers = {}) {
    std::string text = "HTTP/1.1 " + status + "\r\nConnection: close\r\n";
    for (const std::string& header : headers) text += header + "\r\n";
    return send(text + "\r\n");
  }
  /// Sends a complete answer.
  void answer(const std::string& status, const std::string& body) {
    head(status, {fmt::format("Content-Length: {}", body.size())}) && send(body);
  }
  /// Sends the requested range of a file correctly, but without the last `missing` bytes.
  void serve(const std::string& file, const HttpRequest& request, std::size_t missing = 0) {
    std::size_t first = 0;
    if (!request.range.empty()) first = std::stoul(request.range.substr(6));
    const std::string length = fmt::format("Content-Length: {}", file.size() - first);
    const std::string range =
        fmt::format("Content-Range: bytes {}-{}/{}", first, file.size() - 1, file.size());
    const bool sent =
        request.range.empty() ? head("200 OK", {length}) : head("206 Partial Content", {length, range});
    if (sent && first + missing < file.size()) send(file.substr(first, file.size() - first - missing));
  }
  /// Sends nothing until the client closes the connection or the server ends.
  void hold() {
    pollfd wait[] = {{socket_, POLLIN, 0}, {stop_, POLLIN, 0}};
    poll(wait, 2, -1);
  }

 private:
  int socket_, stop_;
};

class HttpServer {
 public:
  /// Called for each request, on the server's thread; the connection is closed when it returns.
  using Handler = std::function<void(const HttpRequest&, HttpConnection&)>;

  explicit HttpServer(Handler handler) : handler_(std::move(handler)) {
    setenv("no_proxy", "127.0.0.1", 1);  // a proxy could not reach this server
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, generic, &size) != 0 || pipe(stop_) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~HttpServer() {
    close(stop_[1]);  // wakes up a thread that polls the other end
    thread_.join();
    close(stop_[0]);
    close(listener_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path = "/file") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  /// All requests up to now.
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void run() {
    for (;;) {
      pollfd wait[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
      poll(wait, 2, -1);
      if (wait[1].revents != 0) return;
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) continue;
      HttpConnection connection(client, stop_[0]);
      HttpRequest request;
      if (read_request(client, request)) {
        {
          const std::lock_guard lock(mutex_);
          requests_.push_back(request);
        }
        handler_(request, connection);
      }
      close(client);
    }
  }

  static bool read_request(int client, HttpRequest& request) {
    std::string text;
    char chunk[1024];
    while (text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = recv(client, chunk, sizeof chunk, 0);
      if (count <= 0) return false;
      text.append(chunk, static_cast<std::size_t>(count));
    }
    const auto begin = text.find(' ') + 1;
    request.path = text.substr(begin, text.find(' ', begin) - begin);
    if (const auto range = text.find("\r\nRange: "); range != std::string::npos)
      request.range = text.substr(range + 9, text.find("\r\n", range + 9) - range - 9);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

/// An address of this machine where no server listens.
inline std::string refused_url() {
  HttpServer server([](const HttpRequest&, HttpConnection&) {});
  return server.url();
}

}  // namespace norma::test
