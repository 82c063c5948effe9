// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "./IJointMiningPool.sol";

/// @title How far governance may go with a pool's policy (R-JMP-6)
/// @notice Apart from the pool, because that contract's size is limited.
library PolicyRange {
    /// @dev Figures of a policy.
    uint256 private constant FIELDS = 9;

    /// @notice Refuses a policy with a figure outside its hard range.
    function check(IJointMiningPool.Policy calldata p) external pure {
        uint16[FIELDS] memory values = [
            p.cautiousBps,
            p.bidBps,
            p.askBps,
            p.dailyBps,
            p.maxUtilisationBps,
            p.reserveBps,
            p.perProviderBps,
            p.minTermDays,
            p.releaseFrames
        ];
        (uint16[FIELDS] memory least, uint16[FIELDS] memory most) = _ranges();
        for (uint256 i = 0; i < FIELDS; ++i) {
            if (values[i] < least[i] || values[i] > most[i]) {
                revert IJointMiningPool.PolicyOutOfRange(i, values[i], least[i], most[i]);
            }
        }
    }

    /// @notice The hard ranges.
    function ranges()
        external
        pure
        returns (IJointMiningPool.Policy memory least, IJointMiningPool.Policy memory most)
    {
        (uint16[FIELDS] memory from, uint16[FIELDS] memory to) = _ranges();
        return (_policyOf(from), _policyOf(to));
    }

    /// @dev In the order of the policy's fields.
    function _ranges() private pure returns (uint16[FIELDS] memory least, uint16[FIELDS] memory most) {
        least = [uint16(5_000), 5_000, 10_000, 100, 1_000, 0, 100, 30, 1];
        most = [uint16(9_500), 9_500, 20_000, 10_000, 10_000, 5_000, 10_000, 540, 60];
    }

    function _policyOf(uint16[FIELDS] memory f) private pure returns (IJointMiningPool.Policy memory) {
        return IJointMiningPool.Policy(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]);
    }
}
