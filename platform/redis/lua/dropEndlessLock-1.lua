--[[
Deletes what stands in a lock's place and is none: a lock has an end from its first moment on, whatever becomes of its owner.

KEYS[1]  the lock

Returns 1 when it was deleted, else 0.
]]
if redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
return redis.call('DEL', KEYS[1])
