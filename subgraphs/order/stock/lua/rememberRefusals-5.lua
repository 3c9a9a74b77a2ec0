--[[
Remembers that keys were refused for good, so that an attempt which began before is not admitted any more. Of two hashes one is
written at a time, for one period each; a hash expires when its turn comes again, so an entry lives for one to two periods.

KEYS[1]  refused, in even periods
KEYS[2]  refused, in odd periods
KEYS[3]  gate
KEYS[4]  records   of the epoch in ARGV[1]
KEYS[5]  since when refusals are remembered, where they may have been lost
ARGV[1]  the epoch that the caller takes to be the current one; 0: there is no gate of this server
ARGV[2]  length of a period, in milliseconds: no attempt is admitted that began longer ago
then the order ids

Returns { now in milliseconds, state, ... }; state is
  1  the gate is at another epoch, which follows: nothing was written
  2  follow for each order id: 1 remembered, or 0 when it was reserved before, and nothing was written
]]
-- @include "include/clock.lua"
-- @include "include/gate.lua"
-- @include "include/refusals.lua"
local gate_epoch, gate_server_id = read_gate(KEYS[3])
-- Records that another server wrote may be older than they were, and lack a reservation that was admitted since.
if gate_server_id ~= server_id then gate_epoch = '0' end
if gate_epoch ~= ARGV[1] then return { now, 1, tonumber(gate_epoch) } end

local order_ids = { unpack(ARGV, 3) }
local records = redis.call('HMGET', KEYS[4], unpack(order_ids))
local answer, refused = { now, 2 }, {}
for i, order_id in ipairs(order_ids) do
  if records[i] then
    answer[i + 2] = 0
  else
    answer[i + 2] = 1
    refused[#refused + 1] = order_id
    refused[#refused + 1] = now
  end
end

if #refused > 0 then
  local length = tonumber(ARGV[2])
  local period = math.floor(now / length)
  local key = KEYS[period % 2 + 1]
  if type(redis.pcall('HSET', key, unpack(refused))) ~= 'number' then
    forget_refusals(now, key, KEYS[5])
    redis.call('HSET', key, unpack(refused))
  end
  redis.call('PEXPIRE', key, (period + 2) * length - now)
end
return answer
