--[[
Claims the verification of an e-mail address if one of its codes is presented. The claim keeps others from using any of the codes,
until it is settled or ends. A wrong code is counted for each code that it was compared with.

KEYS[1]  the address's verification, as in keepCode-1.lua
ARGV[1]  keyed hash of the code that is presented
ARGV[2]  keyed hash of the network that presents it
ARGV[3]  how many wrong codes of the requesting network end a code
ARGV[4]  how many wrong codes of all other networks end it for them
ARGV[5]  1 when the code is compared only with those that the same network requested
ARGV[6]  a name for the claim
ARGV[7]  how long the claim lasts at most, in milliseconds

Returns 1 when the code was right, and is claimed; 0 when it was not, or there is none; or an error for an entry that no script has written.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = redis.call('HGET', KEYS[1], 'claim')
local claimed_to = claim and tonumber(string.match(claim, '%d+$'))
if claim and claimed_to > now + 60000 + tonumber(ARGV[7]) then
  return redis.error_reply('UNREADABLE claim: it ends too late')
end
if claim and claimed_to > now then
  return 0
end

local compared = {}
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if string.sub(entries[i], 1, 5) == 'code:' then
    local network, expiry, wrong, wrongByOthers = string.match(entries[i + 1], '^(%S+) (%d+) (%d+) (%d+)$')
    local own = network == ARGV[2]
    if tonumber(expiry) <= now then
      redis.call('HDEL', KEYS[1], entries[i])
    elseif own or (ARGV[5] ~= '1' and tonumber(wrongByOthers) < tonumber(ARGV[4])) then
      if entries[i] == 'code:' .. ARGV[1] then
        redis.call('HSET', KEYS[1], 'claim', string.format('%s %.0f', ARGV[6], now + tonumber(ARGV[7])))
        return 1
      end
      compared[#compared + 1] = { entries[i], own, network, expiry, tonumber(wrong), tonumber(wrongByOthers) }
    end
  end
end

for _, code in ipairs(compared) do
  local field, own, network, expiry, wrong, wrongByOthers = unpack(code)
  if own then
    wrong = wrong + 1
  else
    wrongByOthers = wrongByOthers + 1
  end
  if wrong >= tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], field)
  else
    redis.call('HSET', KEYS[1], field, string.format('%s %s %d %d', network, expiry, wrong, wrongByOthers))
  end
end
return 0
