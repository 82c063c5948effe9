// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice The byte forms of Filecoin addresses and the masked form of actor ids inside the EVM.
library Addresses {
    /// @dev Where an actor without an Ethereum address of its own appears: 0xff, eleven zero bytes, its id.
    function masked(uint64 id) internal pure returns (address) {
        return address((uint160(0xff) << 152) | uint160(id));
    }

    function isMasked(address a) internal pure returns (bool) {
        return uint160(a) >> 64 == uint160(0xff) << 88;
    }

    function idOfMasked(address a) internal pure returns (uint64) {
        return uint64(uint160(a));
    }

    function idBytes(uint64 id) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(0), uleb128(id));
    }

    function f410(address a) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"040a", a);
    }

    function uleb128(uint64 value) internal pure returns (bytes memory out) {
        do {
            uint8 low = uint8(value & 0x7f);
            value >>= 7;
            out = abi.encodePacked(out, value == 0 ? low : low | 0x80);
        } while (value != 0);
    }

    /// @dev Reads an unsigned number in its shortest form, at most 64 bits.
    function readUleb128(bytes memory b, uint256 at) internal pure returns (bool ok, uint64 value, uint256 next) {
        uint256 wide;
        for (uint256 shift; at < b.length && shift < 70; shift += 7) {
            uint8 x = uint8(b[at++]);
            wide |= uint256(x & 0x7f) << shift;
            if (x < 0x80) {
                if (wide > type(uint64).max || (x == 0 && shift != 0)) return (false, 0, at);
                return (true, uint64(wide), at);
            }
        }
        return (false, 0, at);
    }

    /// @dev Whether these bytes are an address of one of the protocols 0 to 4.
    function wellFormed(bytes memory b) internal pure returns (bool) {
        if (b.length < 2) return false;
        uint8 protocol = uint8(b[0]);
        if (protocol == 0) {
            (bool ok, , uint256 next) = readUleb128(b, 1);
            return ok && next == b.length;
        }
        if (protocol == 1 || protocol == 2) return b.length == 21;
        if (protocol == 3) return b.length == 49;
        if (protocol == 4) {
            (bool ok, , uint256 next) = readUleb128(b, 1);
            return ok && b.length - next <= 54;
        }
        return false;
    }

    /// @dev The Ethereum address of an f410 address.
    function fromF410(bytes memory b) internal pure returns (bool ok, address a) {
        if (b.length != 22 || b[0] != 0x04 || b[1] != 0x0a) return (false, address(0));
        uint160 x;
        for (uint256 i = 2; i < 22; ++i) x = (x << 8) | uint8(b[i]);
        return (true, address(x));
    }
}
