--[[
Caches what was read from MySQL, if the lease is still the reader's. A change of the product ends the lease, so that a
slow reader cannot put back what the change has replaced.

KEYS[1]  the entry
KEYS[2]  the lease
ARGV[1]  the reader's token
ARGV[2]  the value
ARGV[3]  how long it lives, in milliseconds

Returns 1 when it was cached, 0 when the lease had been lost.
]]
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
