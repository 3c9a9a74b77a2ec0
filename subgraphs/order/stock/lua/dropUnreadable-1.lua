--[[
Deletes a key that should be a sorted set and is something else. What it held is of no use to anything.

KEYS[1]  the key

Returns 1 when it was deleted, else 0.
]]
if type(redis.pcall('ZCARD', KEYS[1])) == 'number' then return 0 end
return redis.call('DEL', KEYS[1])
