// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { FilAuction } from "../../contracts/joint/FilAuction.sol";
import { JointMiningPool } from "../../contracts/joint/JointMiningPool.sol";
import { WrappedFil } from "../../contracts/joint/WrappedFil.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { ERC20__Double } from "../support/contracts/ERC20__Double.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { JointActs } from "./JointActs.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";

/// @notice A pool over WFIL, or over a stablecoin, on the fake chain, whose policy is as wide as it can be. Of each miner
/// so much power is sold that an NFT earns what the network expects: PER_DAY of the miner's MINER_PER_DAY.
abstract contract JointNetwork is FakeNetwork, JointActs {
    /// @dev The first price of one FIL, in units of a coin.
    uint256 internal constant FIRST_PRICE = 3;

    function startPool(uint64 miners) internal {
        address authority = _startMarket(miners);
        wfil = new WrappedFil();
        _found(authority, address(wfil), address(0));
    }

    function startCoinPool(uint64 miners, uint8 decimals) internal {
        address authority = _startMarket(miners);
        coin = new ERC20__Double(decimals);
        market.setCoin(address(coin), true);
        address planned = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        auction = new FilAuction(planned, FIRST_PRICE * 10 ** decimals);
        _found(authority, address(coin), address(auction));
        assertTrue(address(pool) == planned, "the address that was planned");
    }

    function _startMarket(uint64 miners) private returns (address authority) {
        minerIds = startNetwork(miners);
        nfts = nft;
        FAKE.expect(2 * MINER_PER_DAY);
        authority = address(new Authority__Open());
        market = new PowerMarket(authority, nft);
    }

    function _found(address authority, address asset, address seller) private {
        pool = new JointMiningPool(authority, address(nft), address(market), asset, seller, "Joint Mining", "dTOKEN");
        FAKE.addAccount(address(pool));
        setPolicy(30);
    }

    function setPolicy(uint16 releaseFrames) internal {
        pool.setPolicy(
            IJointMiningPool.Policy({
                cautiousBps: 8_000,
                bidBps: 9_500,
                askBps: 10_000,
                dailyBps: 10_000,
                maxUtilisationBps: 10_000,
                reserveBps: 0,
                perProviderBps: 10_000,
                minTermDays: 30,
                releaseFrames: releaseFrames
            })
        );
    }
}
