--[[
Reads the cache entry of a product, or gives the caller the lease to read it from MySQL. In one step: between a read that
finds nothing and a lease, another process could store the entry, and MySQL would be read twice.

KEYS[1]  the entry
KEYS[2]  the lease
ARGV[1]  the caller's token
ARGV[2]  how long the lease lives, in milliseconds

Returns the entry, a string; or 1 when the lease is the caller's now; or 0 when another process has it.
]]
local entry = redis.call('GET', KEYS[1])
if entry then
  return entry
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return 0
