// Runs a fuzz harness without libFuzzer: every file of the corpus folders given, then a fixed number of mutations of them.
// Deterministic: the same corpus gives the same inputs, so a failure can be repeated.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int mutations = 20'000;
constexpr std::size_t longest_input = 65'536;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutate(std::string input, const std::vector<std::string>& corpus, std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (auto rounds = 1 + below(4); rounds > 0; --rounds) {
    const auto at = below(input.size() + 1);
    switch (below(6)) {
      case 0: input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char>(random())); break;
      case 1: input.erase(at, 1 + below(16)); break;
      case 2:
        if (at < input.size()) input[at] = static_cast<char>(random());
        break;
      case 3: input.resize(at); break;
      case 4: {  // splice with another
        const std::string& other = corpus[below(corpus.size())];
        input = input.substr(0, at) + other.substr(below(other.size() + 1));
        break;
      }
      default: {  // repeat a piece
        const std::string piece = input.substr(at, 1 + below(64));
        for (auto times = below(32); times > 0; --times) input.insert(at, piece);
      }
    }
    if (input.size() > longest_input) input.resize(longest_input);
  }
  return input;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> corpus{""};
  for (int i = 1; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  if (corpus.size() < 2) {
    std::fprintf(stderr, "The corpus is empty: put at least one well-formed input into it.\n");
    return 1;
  }
  for (const auto& input : corpus) run(input);
  std::mt19937 random(1);
  for (int i = 0; i < mutations; ++i) run(mutate(corpus[random() % corpus.size()], corpus, random));
  std::printf("%zu inputs of the corpus and %d mutations\n", corpus.size(), mutations);
  return 0;
}
