#include "http/gzip.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>
#include <cstdint>

namespace lintel::http {
namespace {

constexpr std::size_t head_bytes = 10;  // without name, comment or extra field, as zlib writes it
constexpr std::size_t tail_bytes = 8;   // CRC and length

}  // namespace

std::optional<std::size_t> gzip_length(std::string_view packed) {
  constexpr std::string_view start("\x1f\x8b\x08\x00", 4);
  if (packed.size() < head_bytes + tail_bytes || !packed.starts_with(start)) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 1; i <= 4; ++i) length = length << 8 | static_cast<std::uint8_t>(packed[packed.size() - i]);
  return length;
}

std::optional<std::string> unpack_gzip(std::string_view packed) {
  const auto length = gzip_length(packed);
  if (!length) return std::nullopt;
  std::string unpacked(*length, '\0');
  boost::beast::zlib::inflate_stream stream;
  boost::beast::zlib::z_params parameters;
  parameters.next_in = packed.data() + head_bytes;
  parameters.avail_in = packed.size() - head_bytes - tail_bytes;
  parameters.next_out = unpacked.data();
  parameters.avail_out = unpacked.size();
  boost::beast::error_code error;
  stream.write(parameters, boost::beast::zlib::Flush::finish, error);
  if (error != boost::beast::zlib::error::end_of_stream || parameters.total_out != *length) return std::nullopt;
  return unpacked;
}

}  // namespace lintel::http
