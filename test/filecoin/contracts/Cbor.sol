// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev A place in a CBOR text. `bad` sticks: once an item did not fit, every further read is bad too.
struct Reader {
    bytes data;
    uint256 at;
    bool bad;
}

/// @notice What the actors read and write. The reader is as lenient as theirs: an unsigned number passes for the head of
/// a byte string or an array of that length, numbers need not be in their shortest form, and a byte string may come in
/// chunks.
library Cbor {
    using Cbor for Reader;

    bytes1 private constant CHUNKED = 0x5f;
    bytes1 private constant BREAK = 0xff;

    function reader(bytes memory data) internal pure returns (Reader memory) {
        return Reader({ data: data, at: 0, bad: false });
    }

    /// @dev Whether all was read, to the last byte, and all of it fitted.
    function done(Reader memory r) internal pure returns (bool) {
        return !r.bad && r.at == r.data.length;
    }

    function _head(Reader memory r) private pure returns (uint8 major, uint64 value) {
        if (r.bad || r.at >= r.data.length) {
            r.bad = true;
            return (0, 0);
        }
        uint8 first = uint8(r.data[r.at++]);
        major = first >> 5;
        uint8 info = first & 31;
        if (info < 24) return (major, info);
        if (info > 27) {
            r.bad = true;
            return (major, 0);
        }
        uint256 size = 1 << (info - 24);
        if (r.at + size > r.data.length) {
            r.bad = true;
            return (major, 0);
        }
        for (uint256 i; i < size; ++i) value = (value << 8) | uint8(r.data[r.at++]);
    }

    function readArray(Reader memory r, uint64 length) internal pure {
        if (r.readArrayLength() != length) r.bad = true;
    }

    function readArrayLength(Reader memory r) internal pure returns (uint64 value) {
        uint8 major;
        (major, value) = _head(r);
        if (major != 4 && major != 0) r.bad = true;
    }

    function readUint(Reader memory r) internal pure returns (uint64 value) {
        uint8 major;
        (major, value) = _head(r);
        if (major != 0) r.bad = true;
    }

    function readInt(Reader memory r) internal pure returns (int64) {
        (uint8 major, uint64 value) = _head(r);
        if (major > 1 || value > uint64(type(int64).max)) {
            r.bad = true;
            return 0;
        }
        return major == 0 ? int64(value) : -1 - int64(value);
    }

    function readBytes(Reader memory r) internal pure returns (bytes memory out) {
        if (r.bad || r.at >= r.data.length || r.data[r.at] != CHUNKED) return _readChunk(r);
        ++r.at;
        while (!r.bad && r.at < r.data.length && r.data[r.at] != BREAK) out = bytes.concat(out, _readChunk(r));
        if (r.at >= r.data.length) r.bad = true;
        ++r.at;
    }

    function _readChunk(Reader memory r) private pure returns (bytes memory out) {
        (uint8 major, uint64 length) = _head(r);
        if (r.bad || (major != 2 && major != 0) || r.at + length > r.data.length) {
            r.bad = true;
            return "";
        }
        out = new bytes(length);
        for (uint256 i; i < length; ++i) out[i] = r.data[r.at + i];
        r.at += length;
    }

    function readBool(Reader memory r) internal pure returns (bool value) {
        (uint8 major, uint64 info) = _head(r);
        if (major != 7 || (info != 20 && info != 21)) r.bad = true;
        return info == 21;
    }

    /// @dev A BigInt: sign byte and magnitude; magnitudes above 2^256 - 1 saturate.
    function readBigInt(Reader memory r) internal pure returns (bool negative, uint256 magnitude) {
        bytes memory b = r.readBytes();
        if (r.bad || b.length == 0) return (false, 0);
        if (b.length > 128 || uint8(b[0]) > 1) {
            r.bad = true;
            return (false, 0);
        }
        for (uint256 i = 1; i < b.length; ++i) {
            if (magnitude >> 248 != 0) return (b[0] == 0x01, type(uint256).max);
            magnitude = (magnitude << 8) | uint8(b[i]);
        }
        negative = b[0] == 0x01 && magnitude != 0;
    }

    function head(uint8 major, uint64 value) internal pure returns (bytes memory) {
        if (value < 24) return abi.encodePacked((major << 5) | uint8(value));
        if (value <= type(uint8).max) return abi.encodePacked((major << 5) | 24, uint8(value));
        if (value <= type(uint16).max) return abi.encodePacked((major << 5) | 25, uint16(value));
        if (value <= type(uint32).max) return abi.encodePacked((major << 5) | 26, uint32(value));
        return abi.encodePacked((major << 5) | 27, value);
    }

    function array(uint64 length) internal pure returns (bytes memory) {
        return head(4, length);
    }

    function uint_(uint64 value) internal pure returns (bytes memory) {
        return head(0, value);
    }

    function int_(int64 value) internal pure returns (bytes memory) {
        return value >= 0 ? head(0, uint64(value)) : head(1, uint64(-1 - value));
    }

    function bytes_(bytes memory value) internal pure returns (bytes memory) {
        return abi.encodePacked(head(2, uint64(value.length)), value);
    }

    function bool_(bool value) internal pure returns (bytes memory) {
        return value ? bytes(hex"f5") : bytes(hex"f4");
    }

    function null_() internal pure returns (bytes memory) {
        return hex"f6";
    }

    /// @dev A BigInt or TokenAmount: nothing at all for zero.
    function bigUint(uint256 value) internal pure returns (bytes memory) {
        return _bigInt(0, value);
    }

    function bigInt(int256 value) internal pure returns (bytes memory) {
        return value >= 0 ? _bigInt(0, uint256(value)) : _bigInt(1, uint256(-value));
    }

    function _bigInt(uint8 sign, uint256 value) private pure returns (bytes memory) {
        if (value == 0) return hex"40";
        uint256 size;
        for (uint256 v = value; v != 0; v >>= 8) ++size;
        bytes memory magnitude = new bytes(size);
        for (uint256 i = size; i > 0; value >>= 8) magnitude[--i] = bytes1(uint8(value));
        return abi.encodePacked(head(2, uint64(size + 1)), sign, magnitude);
    }
}
