--[[
Reads the clock and the id of the server that has a product. The id is another one after every restart (run id), and after every
promotion of a replica (replication id): data that comes with either may be older than what was there before.

KEYS[1]  any key of the product

Returns { now in milliseconds, id }.
]]
-- @include "include/clock.lua"
-- @include "include/server-id.lua"
return { now, server_id }
