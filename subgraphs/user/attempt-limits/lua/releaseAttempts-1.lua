--[[
Subtracts attempts from a counter. They are subtracted only if they were counted in the current window; from a counter whose window
began later only one is: the attempt that has just ended.

KEYS[1]  the counter
ARGV[1]  how many attempts
ARGV[2]  the milliseconds that are left of the window in which the first of them was counted

Returns how many were subtracted.
]]
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then
  return 0
end
local given = tonumber(ARGV[1])
if tonumber(ARGV[2]) < left then
  given = math.min(given, 1)
end
if tonumber(redis.call('GET', KEYS[1])) <= given then
  redis.call('DEL', KEYS[1])
else
  redis.call('DECRBY', KEYS[1], given)
end
return given
