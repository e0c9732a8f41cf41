rockspec_format = "3.0"
package = "peercert"
version = "dev-1"
source = { url = "file://." } -- `luarocks make` builds the folder that it stands in
description = {
  summary = "Mutual TLS for Lua servers: client-certificate modes, and who the client is as a table",
  detailed = [[
peercert accepts TLS connections, asks clients for certificates, and tells who is calling, as a plain
table; on LuaSocket in LuaSec's shape, on event loops without a socket, and beside hosts that end TLS
themselves. Building it needs Rust, a C compiler, cmake and libclang.]],
  license = "Apache-2.0",
}
dependencies = { "lua >= 5.1, < 5.5" }
build_dependencies = { "luarocks-build-rust-mlua >= 0.2.5" }
build = {
  type = "rust-mlua",
  -- `require "peercert.native"` finds its entry in the library of the module's root.
  modules = { ["peercert"] = "peercert_lua" },
  default_features = false,
  target_path = "../target/rock",
  features = { "aws-lc" },
  cargo_extra_args = { "--package peercert-lua", "--locked" },
  install = {
    lua = {
      ["peercert.init"] = "lua/peercert/init.lua",
      ["peercert.arguments"] = "lua/peercert/arguments.lua",
      ["peercert.caller"] = "lua/peercert/caller.lua",
      ["peercert.connection"] = "lua/peercert/connection.lua",
      ["peercert.errors"] = "lua/peercert/errors.lua",
      ["peercert.forwarded"] = "lua/peercert/forwarded.lua",
      ["peercert.luasec"] = "lua/peercert/luasec.lua",
      ["peercert.sni"] = "lua/peercert/sni.lua",
      ["peercert.socket"] = "lua/peercert/socket.lua",
      ["peercert.ssl"] = "lua/peercert/ssl.lua",
      ["peercert.x509"] = "lua/peercert/x509.lua",
    },
  },
}
