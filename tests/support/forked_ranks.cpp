#include "tests/support/forked_ranks.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "core/parallel.h"

namespace norma::test {
namespace {

class SocketTransport : public Transport {
 public:
  SocketTransport(int rank, std::vector<int> sockets) : rank_(rank), sockets_(std::move(sockets)) {}
  ~SocketTransport() override {
    for (const int socket : sockets_) close(socket);
  }
  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(sockets_.size()); }
  void give_up() override { gave_up_ = true; }

  void exchange(int partner, Device, std::span<const std::byte> send, std::span<std::byte> receive) override {
    const int socket = sockets_[static_cast<std::size_t>(partner)];
    while (!send.empty() || !receive.empty()) {
      pollfd ready{socket, static_cast<short>((send.empty() ? 0 : POLLOUT) | (receive.empty() ? 0 : POLLIN)),
                   0};
      if (gave_up_) fail("rank {} gave up", rank_);
      if (poll(&ready, 1, 20) <= 0) continue;
      if (ready.revents & POLLOUT)
        if (const ssize_t n = ::send(socket, send.data(), send.size(), MSG_DONTWAIT | MSG_NOSIGNAL); n > 0)
          send = send.subspan(static_cast<std::size_t>(n));
      if (ready.revents & (POLLIN | POLLHUP)) {
        const ssize_t n = recv(socket, receive.data(), receive.size(), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) fail("rank {} is gone", partner);
        if (n > 0) receive = receive.subspan(static_cast<std::size_t>(n));
      }
    }
  }

 private:
  int rank_;
  std::vector<int> sockets_;  // one per rank; -1 for this one
  std::atomic<bool> gave_up_ = false;
};

std::string all_of(int pipe) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(pipe, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  close(pipe);
  return text;
}

void write_all(int pipe, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(pipe, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string result_of(const Body& body, const Wrap& wrap, int rank, std::vector<int> sockets) {
  try {
    set_threads(1);  // the parent's threads are not here
    std::unique_ptr<Transport> transport = std::make_unique<SocketTransport>(rank, std::move(sockets));
    return body(std::make_shared<Ranks>(wrap ? wrap(std::move(transport)) : std::move(transport)));
  } catch (const std::exception& e) {
    return std::string("error: ") + e.what();
  }
}

}  // namespace

std::vector<std::string> in_processes(int count, const Body& body, const Wrap& wrap) {
  const auto n = static_cast<std::size_t>(count);
  std::vector<std::vector<int>> sockets(n, std::vector<int>(n, -1));  // [of rank][to rank]
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      int pair[2];
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail("no sockets for a test");
      sockets[i][j] = pair[0], sockets[j][i] = pair[1];
    }
  std::vector<int> answers;
  std::vector<pid_t> children;
  for (std::size_t rank = 0; rank < n; ++rank) {
    int answer[2];
    if (pipe2(answer, O_CLOEXEC) != 0) fail("no pipe for a test");
    const pid_t child = fork();
    if (child == 0) {
      for (std::size_t other = 0; other < n; ++other)
        for (const int socket : sockets[other])
          if (other != rank && socket >= 0) close(socket);
      write_all(answer[1], result_of(body, wrap, static_cast<int>(rank), sockets[rank]));
      _exit(0);
    }
    close(answer[1]);
    answers.push_back(answer[0]);
    children.push_back(child);
  }
  for (const auto& of_rank : sockets)
    for (const int socket : of_rank)
      if (socket >= 0) close(socket);
  std::vector<std::string> results;
  for (const int answer : answers) results.push_back(all_of(answer));
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  return results;
}

}  // namespace norma::test
