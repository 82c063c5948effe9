// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { JointMiningPool } from "../../contracts/joint/JointMiningPool.sol";
import { WrappedFil } from "../../contracts/joint/WrappedFil.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { JointActs } from "./JointActs.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";

/// @notice A pool over WFIL on the fake chain, whose policy is as wide as it can be. Of each miner so much power is sold
/// that an NFT earns what the network expects: PER_DAY of the miner's MINER_PER_DAY.
abstract contract JointNetwork is FakeNetwork, JointActs {
    function startPool(uint64 miners) internal {
        minerIds = startNetwork(miners);
        nfts = nft;
        FAKE.expect(2 * MINER_PER_DAY);
        address authority = address(new Authority__Open());
        market = new PowerMarket(authority, nft);
        wfil = new WrappedFil();
        pool = new JointMiningPool(
            authority,
            address(nft),
            address(market),
            address(wfil),
            address(0),
            "Joint Mining FIL",
            "dFIL"
        );
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
