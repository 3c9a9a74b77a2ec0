--[[
Deletes what stands in a lock's place and is none: a lock has an end from its first moment on, and a near one, whatever becomes of
its owner.

KEYS[1]  the lock
ARGV[1]  how much of its time a lock of this name has left at the most, in milliseconds

Returns 1 when it was deleted, else 0.
]]
local left = redis.call('PTTL', KEYS[1])
if left == -2 or left >= 0 and left <= tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])
