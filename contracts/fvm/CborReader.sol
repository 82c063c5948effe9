// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { BadAnswer } from "./Errors.sol";

/// @title A strict reader of actors' CBOR answers
/// @notice It accepts what the chain writes and nothing else: shortest integers, definite lengths, exact array sizes,
/// amounts without leading zeros, no bytes behind the end. Everything else reverts with `BadAnswer`.
/// @dev Items are read without a look at the end of the answer, and a string is at most 33 bytes long: `close` refuses
/// an answer unless its items end exactly where it ends, so nothing that was read stood behind the end. Gas on the FVM
/// goes by the number of instructions (about 1,000 each, EQ 4,000), hence the plain words and shifts.
library CborReader {
    /// @notice A place in an answer, and whose answer it is.
    struct Cursor {
        /// @dev Memory address of the next byte.
        uint256 next;
        /// @dev Memory address behind the last byte.
        uint256 end;
        uint64 actor;
        uint64 method;
    }

    /// @dev Major types: what the first byte of an item is at least.
    uint256 private constant UNSIGNED = 0x00;
    uint256 private constant NEGATIVE = 0x20;
    uint256 private constant BYTE_STRING = 0x40;
    uint256 private constant ARRAY = 0x80;

    uint256 private constant FALSE = 0xf4;
    uint256 private constant NULL = 0xf6;

    /// @dev The longest string that has its length in its first byte.
    uint256 private constant SHORT_STRING = 23;
    /// @dev A zero byte and 64 bits in groups of seven.
    uint256 private constant MAX_ID_ADDRESS_LENGTH = 11;

    /// @notice Starts to read an answer.
    function open(bytes memory answer, uint64 actor, uint64 method) internal pure returns (Cursor memory cursor) {
        uint256 next;
        assembly ("memory-safe") {
            next := add(answer, 0x20)
        }
        return Cursor(next, next + answer.length, actor, method);
    }

    /// @notice Refuses the answer unless all of it was read, and nothing behind it.
    function close(Cursor memory cursor) internal pure {
        if (cursor.next != cursor.end) refuse(cursor);
    }

    /// @notice Refuses the answer.
    function refuse(Cursor memory cursor) internal pure {
        revert BadAnswer(cursor.actor, cursor.method);
    }

    /// @notice Reads the head of an array that must have `count` items, fewer than 24.
    function array(Cursor memory cursor, uint256 count) internal pure {
        if (_word(cursor.next) >> 248 != ARRAY | count) refuse(cursor);
        unchecked {
            ++cursor.next;
        }
    }

    /// @notice Reads the head of an array of any size.
    function arrayOfAny(Cursor memory cursor) internal pure returns (uint256 count) {
        return _head(cursor, ARRAY);
    }

    /// @notice Reads an integer that must not be negative; it is below 2^64.
    function integer(Cursor memory cursor) internal pure returns (uint256) {
        return _head(cursor, UNSIGNED);
    }

    /// @notice Reads an integer of either sign.
    function signed(Cursor memory cursor) internal pure returns (int64) {
        bool negative = _word(cursor.next) >> 253 == NEGATIVE >> 5;
        uint256 value = _head(cursor, negative ? NEGATIVE : UNSIGNED);
        if (value > uint64(type(int64).max)) refuse(cursor);
        return negative ? ~int64(uint64(value)) : int64(uint64(value));
    }

    function boolean(Cursor memory cursor) internal pure returns (bool) {
        unchecked {
            uint256 value = (_word(cursor.next) >> 248) - FALSE;
            if (value > 1) refuse(cursor);
            ++cursor.next;
            return value != 0;
        }
    }

    /// @notice Steps over a null, if there is one here.
    function isNull(Cursor memory cursor) internal pure returns (bool found) {
        found = _word(cursor.next) >> 248 == NULL;
        unchecked {
            if (found) ++cursor.next;
        }
    }

    /// @notice Reads a token amount that must not be negative.
    function amount(Cursor memory cursor) internal pure returns (uint256 value) {
        uint256 sign;
        (sign, value) = _bigInteger(cursor);
        if (sign != 0) refuse(cursor);
    }

    /// @notice Reads a token amount of either sign.
    function signedAmount(Cursor memory cursor) internal pure returns (int256) {
        (uint256 sign, uint256 value) = _bigInteger(cursor);
        if (sign > 1 || value > uint256(type(int256).max)) refuse(cursor);
        return sign == 0 ? int256(value) : -int256(value);
    }

    /// @notice Reads the address of an actor, which must be an id: a zero byte and the id in groups of seven bits,
    /// the low ones first.
    function idAddress(Cursor memory cursor) internal pure returns (uint64) {
        uint256 word = _word(cursor.next);
        unchecked {
            uint256 length = (word >> 248) - BYTE_STRING;
            if (length < 2 || length > MAX_ID_ADDRESS_LENGTH || (word >> 240) & 0xff != 0) refuse(cursor);
            cursor.next += 1 + length;
            uint256 value;
            uint256 shift;
            uint256 group;
            // The last group is the only one below 0x80.
            do {
                group = (word >> 232) & 0xff;
                value |= (group & 0x7f) << shift;
                shift += 7;
                word <<= 8;
            } while (group >= 0x80 && shift < 70);
            bool padded = group == 0 && shift > 7;
            if (shift != 7 * (length - 1) || group >= 0x80 || padded || value > type(uint64).max) refuse(cursor);
            return uint64(value);
        }
    }

    /// @dev A byte string of a sign and a magnitude, or nothing. The sign is not checked here.
    function _bigInteger(Cursor memory cursor) private pure returns (uint256 sign, uint256 value) {
        uint256 next = cursor.next;
        uint256 word = _word(next);
        unchecked {
            uint256 length = (word >> 248) - BYTE_STRING;
            if (length == 0) {
                cursor.next = next + 1;
                return (0, 0);
            }
            if (length > SHORT_STRING) {
                // 58, the length, and at most 33 bytes.
                length = (word >> 240) - ((BYTE_STRING | 24) << 8);
                if (length <= SHORT_STRING || length > 33) refuse(cursor);
                next += 1;
                word = _word(next);
            } else if (length < 2) {
                refuse(cursor);
            }
            sign = (word >> 240) & 0xff;
            value = _word(next + 2);
            if (value >> 248 == 0) refuse(cursor);
            value >>= 264 - 8 * length;
            cursor.next = next + 1 + length;
        }
    }

    /// @dev Reads the head of an item of the given major type: its argument, below 2^64, in the shortest form.
    function _head(Cursor memory cursor, uint256 major) private pure returns (uint256 argument) {
        uint256 next = cursor.next;
        uint256 word = _word(next);
        unchecked {
            argument = (word >> 248) - major;
            if (argument < 24) {
                cursor.next = next + 1;
                return argument;
            }
            if (argument > 27) refuse(cursor);
            uint256 size = 1 << (argument - 24);
            argument = (word << 8) >> (256 - 8 * size);
            if (argument < 24 || (size != 1 && argument >> (4 * size) == 0)) refuse(cursor);
            cursor.next = next + 1 + size;
        }
    }

    /// @dev The 32 bytes at a memory address.
    function _word(uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(at)
        }
    }
}
