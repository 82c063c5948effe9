// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { IPowerMarket } from "./IPowerMarket.sol";

/// @title What a buyer insists on, against what an NFT is now
library BuyerBounds {
    /// @notice Why an NFT does not meet a buyer's bounds: an encoded error, empty when it does.
    /// @param power What PowerNFT says of it now.
    function refusal(
        IPowerMarket.Bounds memory bounds,
        IPowerNFT nft,
        uint256 id,
        IPowerNFT.Power memory power
    ) internal view returns (bytes memory) {
        if (power.weight < bounds.minWeight) {
            return abi.encodeWithSelector(IPowerMarket.WeightTooLow.selector, id, power.weight, bounds.minWeight);
        }
        if (power.expiry < bounds.minExpiry) {
            return abi.encodeWithSelector(IPowerMarket.ExpiryTooEarly.selector, id, power.expiry, bounds.minExpiry);
        }
        uint256 feeBps = uint256(power.spFeeBps) + power.protocolFeeBps;
        if (feeBps > bounds.maxFeeBps) {
            return abi.encodeWithSelector(IPowerMarket.IncomeFeesTooHigh.selector, id, feeBps, bounds.maxFeeBps);
        }
        if (power.royaltyBps > bounds.maxRoyaltyBps) {
            return
                abi.encodeWithSelector(
                    IPowerMarket.RoyaltyTooHigh.selector,
                    id,
                    uint256(power.royaltyBps),
                    bounds.maxRoyaltyBps
                );
        }
        // who accepts any amount needs not ask
        if (bounds.minUnpaid == 0 && bounds.maxUnpaid == type(uint96).max) return "";
        uint256 unpaid = unpaidOf(nft.holdingOf(id));
        if (unpaid >= bounds.minUnpaid && unpaid <= bounds.maxUnpaid) return "";
        return
            abi.encodeWithSelector(
                IPowerMarket.UnpaidOutOfBounds.selector,
                id,
                unpaid,
                bounds.minUnpaid,
                bounds.maxUnpaid
            );
    }

    /// @notice What goes along with an NFT and cash has not covered yet: of its income, and of what is due by its guarantee.
    function unpaidOf(IPowerNFT.Holding memory holding) internal pure returns (uint256) {
        IPowerNFT.GuaranteeStatus memory guarantee = holding.guarantee;
        return holding.unpaid + guarantee.due - guarantee.paid - guarantee.payableNow;
    }
}
