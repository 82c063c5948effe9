// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Cbor } from "./Cbor.sol";

/// @dev One miner's locked rewards. Buckets lie at `class + 1440 * index`; two of them share a word, each as amount
/// plus one, so that zero means that there is no entry.
struct VestingFunds {
    /// @dev Index of the first bucket that may hold an entry.
    uint64 first;
    /// @dev Index after the last bucket that may hold an entry; nothing is locked where it equals `first`.
    uint64 end;
    /// @dev The miner's proving period start modulo 1440, epochs.
    uint64 class;
    /// @dev Pairs of buckets by index / 2, attoFIL plus one in each half.
    mapping(uint256 pair => uint256 amounts) pairs;
}

/// @notice The vesting table of a miner: 180 daily steps for each locked amount, quantised to half days.
library Vesting {
    uint64 private constant PERIOD = 518_400;
    uint64 private constant STEP = 2_880;
    uint64 private constant QUANTUM = 1_440;
    uint256 private constant HALF = type(uint128).max;

    function epochOf(VestingFunds storage f, uint64 index) internal view returns (uint64) {
        return f.class + QUANTUM * index;
    }

    /// @dev The first bucket at or after an epoch.
    function indexUp(VestingFunds storage f, uint64 epoch) internal view returns (uint64) {
        uint64 class = f.class;
        return epoch <= class ? 0 : (epoch - class + QUANTUM - 1) / QUANTUM;
    }

    function get(VestingFunds storage f, uint64 index) internal view returns (bool present, uint256 amount) {
        uint256 half = (f.pairs[index / 2] >> (128 * (index % 2))) & HALF;
        return half == 0 ? (false, 0) : (true, half - 1);
    }

    function set(VestingFunds storage f, uint64 index, bool present, uint256 amount) internal {
        uint256 shift = 128 * (index % 2);
        uint256 word = f.pairs[index / 2] & ~(HALF << shift);
        f.pairs[index / 2] = word | ((present ? amount + 1 : 0) << shift);
    }

    /// @dev A step of nothing, as amounts below a few hundred attoFIL have them, makes no entry here.
    /// Adds `count` locked amounts of `sum` each, at `epoch`, `epoch + every`, ... Nothing is unlocked here.
    function add(VestingFunds storage f, uint64 epoch, uint64 every, uint64 count, uint256 sum) internal {
        if (sum == 0 || count == 0) return;
        uint64 base = indexUp(f, epoch + STEP);
        uint64 last = indexUp(f, epoch + every * (count - 1) + PERIOD + STEP);
        uint256[] memory added = new uint256[](last - base + 1);
        uint64 class = f.class;
        for (uint64 n; n < count; ++n) _addOne(added, base, class, epoch + every * n, sum);
        _merge(f, base, added);
    }

    /// @dev Daily steps from the first half day at or after a day from `begin`: by the end of each, its share of the time
    /// gone has vested, rounded down. Every step but the first and the last is a 180th, and one more attoFIL whenever
    /// the fractions make up a whole one.
    function _addOne(uint256[] memory added, uint256 base, uint256 class, uint256 begin, uint256 sum) private pure {
        uint256 index = (begin + STEP - class + QUANTUM - 1) / QUANTUM;
        uint256 elapsed = class + QUANTUM * index - begin;
        uint256 vested = (sum * elapsed) / PERIOD;
        added[index - base] += vested;
        uint256 steps = (PERIOD - 1 - elapsed) / STEP;
        uint256 whole = (sum * STEP) / PERIOD;
        uint256 part = mulmod(sum, STEP, PERIOD);
        uint256 parts = mulmod(sum, elapsed, PERIOD);
        assembly {
            let place := add(add(added, 96), shl(5, sub(index, base)))
            for {
                let end := add(place, shl(6, steps))
            } lt(place, end) {
                place := add(place, 64)
            } {
                parts := add(parts, part)
                let carry := gt(parts, 518399)
                parts := sub(parts, mul(carry, 518400))
                mstore(place, add(mload(place), add(whole, carry)))
            }
        }
        vested = (sum * (elapsed + STEP * steps)) / PERIOD;
        added[index + 2 * steps + 2 - base] += sum - vested;
    }

    /// @dev Writes one entry over whatever is there.
    function put(VestingFunds storage f, uint64 index, uint256 amount) internal {
        if (f.first == f.end) (f.first, f.end) = (index, index);
        set(f, index, true, amount);
        if (index < f.first) f.first = index;
        if (index >= f.end) f.end = index + 1;
    }

    function _merge(VestingFunds storage f, uint64 base, uint256[] memory added) private {
        for (uint64 i; i < added.length; ++i) {
            if (added[i] == 0) continue;
            (, uint256 amount) = get(f, base + i);
            put(f, base + i, amount + added[i]);
        }
    }

    /// @dev Drops the entries before `epoch` and returns what they held.
    function unlockVested(VestingFunds storage f, uint64 epoch) internal returns (uint256 unlocked) {
        (uint64 first, uint64 end) = (f.first, f.end);
        if (first == end || epochOf(f, first) >= epoch) return 0;
        for (; first < end && epochOf(f, first) < epoch; ++first) {
            (bool present, uint256 amount) = get(f, first);
            if (!present) continue;
            unlocked += amount;
            set(f, first, false, 0);
        }
        f.first = first;
    }

    /// @dev Unlocks what vested before `epoch`, then up to `target` from the entries nearest in time.
    function unlockUnvested(
        VestingFunds storage f,
        uint64 epoch,
        uint256 target
    ) internal returns (uint256 vested, uint256 unvested) {
        vested = unlockVested(f, epoch);
        (uint64 first, uint64 end) = (f.first, f.end);
        for (; first < end && unvested < target; ++first) {
            (bool present, uint256 amount) = get(f, first);
            if (!present) continue;
            uint256 taken = amount < target - unvested ? amount : target - unvested;
            unvested += taken;
            if (taken < amount) {
                set(f, first, true, amount - taken);
                break;
            }
            set(f, first, false, 0);
        }
        f.first = first;
    }

    /// @dev What the entries before `epoch` hold.
    function vestedBefore(VestingFunds storage f, uint64 epoch) internal view returns (uint256 sum) {
        for (uint64 i = f.first; i < f.end && epochOf(f, i) < epoch; ++i) {
            (, uint256 amount) = get(f, i);
            sum += amount;
        }
    }

    /// @dev The answer of GetVestingFunds, without the entries before `epoch`.
    function encode(VestingFunds storage f, uint64 epoch) internal view returns (bytes memory) {
        (uint64 first, uint64 end) = (f.first, f.end);
        while (first < end) {
            (bool present, uint256 amount) = get(f, first);
            if (present && amount != 0 && epochOf(f, first) >= epoch) break;
            ++first;
        }
        bytes memory out = new bytes(32 * (end - first));
        uint64 count;
        uint256 used;
        for (uint64 i = first; i < end; ++i) {
            (bool present, uint256 amount) = get(f, i);
            if (!present) continue;
            ++count;
            used = _write(out, used, bytes.concat(hex"82", Cbor.uint_(epochOf(f, i)), Cbor.bigUint(amount)));
        }
        assembly {
            mstore(out, used)
        }
        return bytes.concat(hex"81", Cbor.array(count), out);
    }

    function _write(bytes memory out, uint256 at, bytes memory item) private pure returns (uint256 next) {
        next = at + item.length;
        assembly {
            // An item is at most 31 bytes long, so one word holds it and its slack is overwritten by the next.
            mstore(add(add(out, 32), at), mload(add(item, 32)))
        }
    }
}
