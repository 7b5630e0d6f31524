-- KEYS: members, uses of sessions, leader.
-- ARGV: this process, position, seconds of a lease, seconds until a process counts as lost,
--   and names of sessions, each with the seconds since it was used.
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2])
local count, lowest = 0, tonumber(ARGV[2])
local members = redis.call('HGETALL', KEYS[1])
for i = 1, #members, 2 do
  local seen, position = string.match(members[i + 1], '^(%d+) (%d+)$')
  if now - tonumber(seen) > tonumber(ARGV[4]) then
    redis.call('HDEL', KEYS[1], members[i])
  else
    lowest = math.min(lowest, tonumber(position))
    if now - tonumber(seen) <= tonumber(ARGV[3]) then
      count = count + 1
    end
  end
end
local used = {}
for i = 5, #ARGV, 2 do
  local latest = math.max(now - tonumber(ARGV[i + 1]),
    tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0'))
  redis.call('HSET', KEYS[2], ARGV[i], latest)
  used[#used + 1] = ARGV[i]
  used[#used + 1] = tostring(now - latest)
end
local leader = redis.call('GET', KEYS[3])
if not leader or leader == ARGV[1] then
  leader = ARGV[1]
  redis.call('SET', KEYS[3], leader, 'EX', ARGV[3])
end
return {count, lowest, leader == ARGV[1] and 1 or 0, used}
