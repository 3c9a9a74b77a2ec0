-- When keys were refused for good; for scripts that remember it, or compare the begin of an attempt with it.

-- Milliseconds. Further ahead than clocks of two servers are apart, an instant is not true; and no attempt lasts longer than the memory.
local MOST_AHEAD, LOSS_MEMORY = 5000, 600000

-- What is remembered in a key, or in one field of it, is lost: each attempt that has begun by now may have been refused.
local function forget_refusals(now, key, lost_at, field)
  if field then redis.call('HDEL', key, field) else redis.call('DEL', key) end
  redis.call('SET', lost_at, now, 'PX', LOSS_MEMORY)
  return now
end

-- Returns when a key was refused for good; 0 for never. What cannot be read, or cannot be true, is forgotten.
local function latest_refusal(now, even, odd, lost_at, order_id)
  local latest = 0
  local function note(text, key, field)
    local at = type(text) == 'string' and string.match(text, '^%d+$') and tonumber(text)
    if not at or at > now + MOST_AHEAD then
      at = forget_refusals(now, key, lost_at, type(text) == 'string' and field)
    end
    latest = math.max(latest, at)
  end
  note(redis.pcall('HGET', even, order_id) or '0', even, order_id)
  note(redis.pcall('HGET', odd, order_id) or '0', odd, order_id)
  note(redis.pcall('GET', lost_at) or '0', lost_at)
  return latest
end
