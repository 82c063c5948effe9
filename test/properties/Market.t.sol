// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { Campaign } from "./Campaign.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { MarketHandler } from "./MarketHandler.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";
import { Coin__Plain } from "./doubles/Coin__Plain.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @title The market's money and NFTs, by random histories (R-MKT)
contract MarketTest is FakeNetwork, Campaign {
    uint64 private constant NFTS = 6;
    uint64 private constant NOMINAL = 1 << 40;

    MarketHandler private _handler;

    function setUp() public {
        startNetwork(1);
        PowerMarket market = new PowerMarket(address(new Authority__Open()), nft);
        Coin__Plain coin = new Coin__Plain();
        market.setCoin(address(coin), true);
        address[] memory traders = holders();
        address[] memory people = new address[](traders.length + 1);
        for (uint256 i = 0; i < traders.length; ++i) people[i] = traders[i];
        people[traders.length] = ownerAt(0);
        for (uint64 i = 0; i < NFTS; ++i) _mint(i, people[i % people.length]);
        _handler = new MarketHandler(market, nft, coin, NFTS, people);
        target(address(_handler), _handler.actions());
    }

    function invariant_theMarketHoldsWhatItOwes() external view {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        runCampaign(_handler, 800);
    }

    /// @dev An NFT with a royalty of `i` per cent; each expires 30 days after the one before.
    function _mint(uint64 i, address to) private {
        IPowerNFT.MintRequest memory request;
        request.minerId = MINER;
        request.sectors = new IPowerNFT.SectorRange[](1);
        request.sectors[0] = IPowerNFT.SectorRange(i, 1);
        request.nominalPower = NOMINAL;
        request.expiry = uint64((FIRST_EPOCH / 86_400 + 2 + i) * 86_400);
        request.royaltyBps = uint16(i * 100);
        request.to = to;
        vm.prank(ownerAt(0));
        nft.mint(request);
        (uint256[] memory ids, uint64[] memory weights) = (new uint256[](1), new uint64[](1));
        (ids[0], weights[0]) = (nft.minted(), NOMINAL);
        Oracle__Obedient(nft.ORACLE()).setWeights(MINER, ids, weights);
    }
}
