--[[
Counts an attempt in a window that begins with the first one. A refused attempt is not counted.

KEYS[1]  the counter
ARGV[1]  how many attempts a window allows
ARGV[2]  the length of the window, in milliseconds

Returns 0 when the attempt is allowed, else the milliseconds until the window ends (at least 1).
]]
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then
  return math.max(redis.call('PTTL', KEYS[1]), 1)
end
redis.call('INCR', KEYS[1])
if count == 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
