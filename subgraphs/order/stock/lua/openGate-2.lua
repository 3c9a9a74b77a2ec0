--[[
The last step of a rebuild: opens the gate at the new epoch, whose keys are complete by now. Only under the lock that the
rebuild took before it read anything, and only on the server that it saw then.

KEYS[1]  gate
KEYS[2]  lock
ARGV[1]  the rebuild's token
ARGV[2]  the new epoch
ARGV[3]  id of the server on which the rebuild began

Returns the epoch that the gate was at before, 0 for none that can be, or -1 when it was not opened.
]]
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end

-- @include "include/server-id.lua"
if server_id ~= ARGV[3] then return -1 end

-- A gate of another type is replaced like any other.
local gate = redis.pcall('GET', KEYS[1])
local before = type(gate) == 'string' and string.match(gate, '^(%d+):')
if before and #before > 10 then before = 0 end
redis.call('SET', KEYS[1], ARGV[2] .. ':' .. ARGV[3])
return tonumber(before or 0)
