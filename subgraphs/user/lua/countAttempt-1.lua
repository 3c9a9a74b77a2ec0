--[[
Counts an attempt in a window that begins with the first one.

KEYS[1]  the counter
ARGV[1]  how many attempts a window allows
ARGV[2]  the length of the window, in milliseconds

Returns 0 when the attempt is allowed, else the milliseconds until the window ends (at least 1).
]]
if redis.call('INCR', KEYS[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if tonumber(redis.call('GET', KEYS[1])) <= tonumber(ARGV[1]) then
  return 0
end
return math.max(redis.call('PTTL', KEYS[1]), 1)
