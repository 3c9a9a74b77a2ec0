-- The gate of a product, `<epoch>:<server id>`: the fence of its epochs.
-- @include "server-id.lua"

-- Returns the epoch of a gate, as text, and the id of the server that it was written for; nothing where there is no gate.
local function read_gate(key) return string.match(redis.call('GET', key) or '', '^(%d+):(%x+)$') end
