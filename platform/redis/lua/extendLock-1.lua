--[[
Keeps a lock for longer, if it is still its owner's.

KEYS[1]  the lock
ARGV[1]  the owner's token
ARGV[2]  how long from now, in milliseconds

Returns 1 when it was extended, 0 when it had been lost.
]]
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
