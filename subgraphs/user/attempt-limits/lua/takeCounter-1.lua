--[[
Removes a counter.

KEYS[1]  the counter

Returns how many attempts it held, and the milliseconds that were left of its window.
]]
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
redis.call('DEL', KEYS[1])
return { count, left }
