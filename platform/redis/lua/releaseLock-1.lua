--[[
Gives a lock back, if it is still its owner's.

KEYS[1]  the lock
ARGV[1]  the owner's token

Returns 1 when it was given back, 0 when it had been lost.
]]
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
