--[[
Takes units out of what a rate leaves, as many as there are. The bucket is one number: when it would be empty again,
in microseconds by this server's clock, which all processes share.

KEYS[1]  the bucket
ARGV[1]  how long the rate takes for one unit, in microseconds
ARGV[2]  how many units there are after a pause
ARGV[3]  how many are wanted

Returns { how many were taken, milliseconds until there is another one (0 when all were taken) }.
]]
local unit, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local written = redis.pcall('GET', KEYS[1])
local emptyAt = math.max(type(written) == 'string' and tonumber(written) or now, now)
-- No bucket is emptied further ahead; what says so, or is no number, begins anew like one that Redis has lost.
if emptyAt > now + (burst + 1) * unit then emptyAt = now end
-- The part of a unit is for sums of fractions that come out a little high.
local taken = math.max(0, math.min(wanted, math.floor((now - emptyAt) / unit + burst + 0.001)))
if taken > 0 then
  emptyAt = emptyAt + taken * unit
  redis.call('SET', KEYS[1], string.format('%.0f', emptyAt), 'PX', math.ceil((emptyAt - now) / 1000))
end
if taken == wanted then
  return { taken, 0 }
end
return { taken, math.max(1, math.ceil((emptyAt + unit - burst * unit - now) / 1000)) }
