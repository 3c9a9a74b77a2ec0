--[[
Reads what is cached of a product, or makes the caller the one who reads it from MySQL. In one step: between a read that
finds nothing and a lease, somebody else's value could arrive, and MySQL would be asked for it again.

KEYS[1]  the entry
KEYS[2]  the lease
ARGV[1]  the caller's token
ARGV[2]  how long the lease lives, in milliseconds

Returns the entry, a string; or 1 when the lease is the caller's now; or 0 when somebody else has it.
]]
local entry = redis.call('GET', KEYS[1])
if entry then
  return entry
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return 0
