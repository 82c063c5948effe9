// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { console } from "hardhat/console.sol";

import { Test } from "./Test.sol";

/// @title A search for the best attack
/// @notice Half of the trials are drawn, half vary the best one so far. A trial runs in a call that is undone. The best gain
/// is printed, and must be dust. PROPERTIES=nightly makes 10,000 trials of each.
abstract contract AttackSearch is Test {
    /// @dev How a trial ends: what the attacker gained.
    error Outcome(int256 gain);

    /// @dev What a trial is drawn from: sizes, times and ways.
    uint256 internal constant GENES = 5;

    /// @param dust What an attacker may gain by rounding.
    function search(string memory what, function(uint256[GENES] memory) external attack, int256 dust) internal {
        uint256[GENES] memory best;
        int256 most = type(int256).min;
        uint256 all = trials();
        for (uint256 i = 0; i < all; ++i) {
            uint256[GENES] memory genes;
            for (uint256 k = 0; k < GENES; ++k) genes[k] = uint256(keccak256(abi.encode(what, i, k)));
            if (i > all / 2) {
                uint256 changed = genes[0] % GENES;
                for (uint256 k = 0; k < GENES; ++k) if (k != changed) genes[k] = best[k];
            }
            int256 gain = _try(attack, genes);
            if (gain > most) (most, best) = (gain, genes);
        }
        console.log(what);
        console.log("  best gain of the attacker, smallest units:");
        console.logInt(most);
        if (most > dust) revert Failed(what, uint256(most), uint256(dust));
    }

    function _try(
        function(uint256[GENES] memory) external attack,
        uint256[GENES] memory genes
    ) private returns (int256 gain) {
        uint256 epoch = block.number;
        try attack(genes) {
            revert Failed("a trial has no outcome", 0, 0);
        } catch (bytes memory reason) {
            bytes4 kind;
            assembly ("memory-safe") {
                kind := mload(add(reason, 0x20))
                gain := mload(add(reason, 0x24))
            }
            vm.roll(epoch); // time alone is not undone
            if (kind != Outcome.selector) {
                assembly ("memory-safe") {
                    revert(add(reason, 0x20), mload(reason))
                }
            }
        }
    }

    function trials() internal view returns (uint256) {
        return keccak256(bytes(vm.envOr("PROPERTIES", ""))) == keccak256("nightly") ? 10_000 : 60;
    }

    /// @dev A size between two, each magnitude as likely as another.
    function scale(uint256 gene, uint256 least, uint256 most) internal pure returns (uint256) {
        if (most <= least) return least;
        uint256 ratio = most / least;
        uint256 bits = 0;
        while (ratio >> bits > 1) ++bits;
        uint256 value = least << (gene % (bits + 1));
        value += (gene >> 8) % value;
        return value > most ? most : value;
    }
}
